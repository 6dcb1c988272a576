import koffi from 'koffi';
import { CorosyncError, CsError } from './cs-error.ts';

export type NativeLibrary = ReturnType<typeof koffi.load>;

/** A pointer, as koffi gives it. */
export type Pointer = bigint;

/** An `_Out_` argument: the library writes into element 0. */
export type Out<T> = [T | null];

/** A 64-bit integer as koffi gives it: a number where it fits in 53 bits, else a bigint. */
export type Wide = number | bigint;

/** What cpg_dispatch and its like put on the stack is more than 1 MiB. */
const STACK = 4 << 20;

/** dlopen(3), with stacks that hold what corosync's libraries put there. */
export function openLibrary(path: string | null): NativeLibrary {
  configureStacks();
  return koffi.load(path);
}

/** koffi takes its configuration only before the first library is loaded, by whomever in this process. */
export function configureStacks(): void {
  const { sync_stack_size = 0, async_stack_size = 0 } = koffi.config();
  if (sync_stack_size >= STACK && async_stack_size >= STACK) return;
  koffi.config({ sync_stack_size: STACK, async_stack_size: STACK });
}

/** A C function that returns cs_error_t. */
export interface Call<Args extends unknown[]> {
  /** Throws CorosyncError where the result is not CS_OK. */
  (...args: Args): void;
  /** The result code, whatever it is. */
  code(...args: Args): number;
  /** The same on a thread of libuv's pool, which it occupies until corosync answers. */
  codeAsync(...args: Args): Promise<number>;
}

/** Declares a C function that returns cs_error_t, by its prototype without the result type. */
export function bind<Args extends unknown[]>(library: NativeLibrary, prototype: string): Call<Args> {
  const native = library.func(`int ${prototype}`);
  const name = native.info.name;
  const call = (...args: Args): void => {
    const code: number = native(...args);
    if (code !== CsError.CS_OK) throw new CorosyncError(name, code);
  };
  return Object.assign(call, {
    code: (...args: Args): number => native(...args),
    codeAsync: (...args: Args): Promise<number> =>
      new Promise((resolve, reject) => {
        native.async(...args, (error: unknown, code: number) => (error ? reject(error) : resolve(code)));
      }),
  });
}

/** Computes a value on its first use: types at import time, libraries and koffi's types when they are needed. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
