import { constants, gzipSync } from 'node:zlib';
import type { Response } from 'express';

/** In bytes: a shorter text is sent as it is. */
const worthCompressing = 1024;

/** A text to send, compressed at most once for all who take it so. */
export class Content {
  readonly #plain: Buffer;
  #gzip: Buffer | undefined;

  constructor(text: string) {
    this.#plain = Buffer.from(text);
  }

  /** Answers a request; the Content-Type is to be set already. */
  send(response: Response): void {
    response.vary('Accept-Encoding');
    if (this.#plain.length < worthCompressing || !response.req.acceptsEncodings('gzip')) {
      response.send(this.#plain);
      return;
    }
    // In one piece: for a stream, zlib would wake another thread piece by piece.
    this.#gzip ??= gzipSync(this.#plain, { level: constants.Z_BEST_SPEED });
    response.set('Content-Encoding', 'gzip').send(this.#gzip);
  }
}
