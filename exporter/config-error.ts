/** What the operator wrote cannot be used: one line that says where, what and what instead. */
export class ConfigError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
    this.name = 'ConfigError';
  }
}

/** Of each end of a message so many characters are kept: where is at its beginning, the remedy at its end. */
const kept = 1_000;

/** Names in a file can hold anything: what would end the line or steer a terminal is written as in a string of JSON. */
function oneLine(message: string): string {
  const plain = message.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(''),
  );
  return plain.length > 2 * kept ? `${plain.slice(0, kept)}...${plain.slice(-kept)}` : plain;
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
