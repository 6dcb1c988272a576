import { createHmac, randomBytes } from 'node:crypto';
import { CheckQueue } from './check-queue.ts';
import type { BasicCredentials } from './credentials.ts';
import type { ComparePassword } from './password-thread.ts';

/** `busy`: too many passwords wait to be checked, so this one was not. */
export type Verdict = 'right' | 'wrong' | 'busy';

/** Successes that are remembered. */
const remembered = 128;

// Well-formed, and the hash of nothing that anybody knows; the cost is put in front.
const nobodysHash = 'cJm5zLhpGUO8b0WqfHrN9.VbXy3sR1dKe7oTaPz6uQiLwMtYgE2Zx';

/**
 * Tells right passwords from wrong ones. A password that was right is not hashed again. An unknown user's takes as long
 * as a known one's: where costs differ, an unknown name has one of them too, always the same.
 */
export class Authenticator {
  readonly #compare: ComparePassword;
  readonly #key = randomBytes(32);
  readonly #queue = new CheckQueue();
  readonly #right = new Set<string>();
  readonly #pending = new Map<string, Promise<boolean | undefined>>();

  constructor(compare: ComparePassword) {
    this.#compare = compare;
  }

  /** Checks the credentials that came from `sender` against the users' hashes. */
  async check(
    { user, password }: BasicCredentials,
    users: ReadonlyMap<string, string>,
    sender: string,
  ): Promise<Verdict> {
    const known = users.get(user);
    const hash = known ?? dummyHash(user, users);
    const digest = this.#digest(user, hash, password);
    if (known !== undefined && this.#right.delete(digest)) {
      this.#right.add(digest); // the one that was used last stays longest
      return 'right';
    }
    const same = await this.#ask(digest, { password, hash }, sender);
    if (same === undefined) return 'busy';
    if (known === undefined || !same) return 'wrong';
    this.#remember(digest);
    return 'right';
  }

  /** The same credentials that are being checked already are not checked twice. */
  #ask(digest: string, question: { password: string; hash: string }, sender: string) {
    const pending = this.#pending.get(digest);
    if (pending !== undefined) return pending;
    const asked = this.#queue.add(sender, () => this.#compare(question));
    if (asked === undefined) return undefined;
    this.#pending.set(digest, asked);
    const forget = () => this.#pending.delete(digest);
    asked.then(forget, forget);
    return asked;
  }

  #remember(digest: string): void {
    this.#right.add(digest);
    const [oldest] = this.#right;
    if (this.#right.size > remembered && oldest !== undefined) this.#right.delete(oldest);
  }

  /** Keyed, so that memory has nothing of a password that could be tried elsewhere. */
  #digest(...parts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64');
  }
}

/** A hash that no password matches, at a cost that the name has among those of the users. */
function dummyHash(user: string, users: ReadonlyMap<string, string>): string {
  const hashes = [...users.values()];
  const place = createHmac('sha256', hashes.join()).update(user).digest().readUInt32BE() % hashes.length;
  return `${hashes[place]?.slice(0, 7)}${nobodysHash}`;
}
