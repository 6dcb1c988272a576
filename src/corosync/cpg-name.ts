const CPG_MAX_NAME_LENGTH = 128;

/** struct cpg_name as koffi passes it. */
export interface NativeName {
  length: number;
  value: Uint8Array;
}

/** A group's name as cpg.h has it: each character of `group` is one byte, so that no name is changed on its way. */
export function nameOf(group: string): NativeName {
  const value = new Uint8Array(CPG_MAX_NAME_LENGTH);
  if (group.length > CPG_MAX_NAME_LENGTH || /[\u{100}-\u{10ffff}]/u.test(group)) {
    throw new RangeError(`a CPG group's name has at most ${CPG_MAX_NAME_LENGTH} characters, of one byte each`);
  }
  value.set(Buffer.from(group, 'latin1'));
  return { length: group.length, value };
}

/** The name as a string of one character a byte. Pacemaker's names end in a NUL that counts. */
export function groupOf({ length, value }: NativeName): string {
  return Buffer.from(value.subarray(0, Math.min(length, CPG_MAX_NAME_LENGTH))).toString('latin1');
}
