import {
  MappingType,
  SpecialValueMatch,
  type Threshold,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * Colours of Okabe and Ito, told apart with any colour vision, the orange darker so that white words are read on it.
 * Words carry the meaning, colour only draws the eye.
 */
export const colour = {
  good: '#0072B2',
  note: '#56B4E9',
  attention: '#C08400',
  bad: '#D55E00',
  busy: '#CC79A7',
  unknown: '#6E7580',
  quiet: '#3B4048',
} as const;

/** What a value means, in a word and a colour. */
export type Meaning = readonly [text: string, colour: string];

/** Value mappings: what each number means. */
export function meanings(values: Readonly<Record<number, Meaning>>): ValueMapping[] {
  const options = Object.entries(values).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }];
}

/** A cell that says nothing, where a table has no value. */
export const blank: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: '', color: 'transparent', index: 99 } },
};

/** The same in a table, where a value may be missing: its cell stays empty of colour. */
export function cells(values: Readonly<Record<number, Meaning>>): ValueMapping[] {
  const result = { text: '–', color: 'transparent', index: 99 };
  return [
    ...meanings(values),
    { type: MappingType.SpecialValue, options: { match: SpecialValueMatch.NullAndNan, result } },
  ];
}

/** Threshold steps: the first colour holds from minus infinity. */
export function steps(base: string, ...rest: readonly (readonly [from: number, color: string])[]): Threshold[] {
  return [{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))];
}

const noData: Meaning = ['no data from exporter', colour.unknown];

/** States of quorum at a node, as `quorumAtNode` of queries.ts codes them. */
export const quorumAtNode = meanings({
  4: ['Quorate', colour.good],
  3: ['NO QUORUM', colour.bad],
  2: ['corosync does not answer', colour.attention],
  1: ['corosync is gone or refuses', colour.attention],
  0: noData,
});

/** States of quorum in a cluster, as `quorumInCluster` of queries.ts codes them. */
export const quorumInCluster = meanings({
  3: ['Quorate', colour.good],
  2: ['PARTLY quorate', colour.attention],
  1: ['NO QUORUM', colour.bad],
  0: ['no data', colour.unknown],
  [-1]: ['COROSYNC SILENT', colour.bad],
  [-2]: ['SPLIT BRAIN', colour.bad],
});

/** Presence of a node or link in someone's view, as `seen` of queries.ts codes it. */
export function presence(present: string, absent: string): ValueMapping[] {
  const words = meanings({
    2: ['switched off', colour.unknown],
    1: [present, colour.good],
    0: [absent, colour.bad],
    [-1]: ['corosync silent', colour.attention],
    [-2]: ['no exporter', colour.unknown],
  });
  return [...words, blank];
}

/** The node that speaks for a ring, in a colour of its own for the usual nodeids. */
export const ringOf = meanings(
  Object.fromEntries(
    ['#0072B2', colour.attention, '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#8A7F00', '#6E7580'].map(
      (color, index) => [index + 1, [`ring of node ${index + 1}`, color] as const],
    ),
  ),
);

/** Names of cs_error_t (corosync/corotypes.h) that a dispatch or reload may end with. */
export const resultCodes = meanings({
  1: ['CS_OK', colour.good],
  2: ['CS_ERR_LIBRARY', colour.bad],
  3: ['CS_ERR_VERSION', colour.bad],
  4: ['CS_ERR_INIT', colour.bad],
  5: ['CS_ERR_TIMEOUT', colour.attention],
  6: ['CS_ERR_TRY_AGAIN', colour.attention],
  7: ['CS_ERR_INVALID_PARAM', colour.bad],
  8: ['CS_ERR_NO_MEMORY', colour.bad],
  9: ['CS_ERR_BAD_HANDLE', colour.bad],
  10: ['CS_ERR_BUSY', colour.attention],
  11: ['CS_ERR_ACCESS', colour.bad],
  12: ['CS_ERR_NOT_EXIST', colour.bad],
  13: ['CS_ERR_NAME_TOO_LONG', colour.bad],
  14: ['CS_ERR_EXIST', colour.bad],
  15: ['CS_ERR_NO_SPACE', colour.bad],
  16: ['CS_ERR_INTERRUPT', colour.attention],
  17: ['CS_ERR_NAME_NOT_FOUND', colour.bad],
  18: ['CS_ERR_NO_RESOURCES', colour.bad],
  19: ['CS_ERR_NOT_SUPPORTED', colour.bad],
  20: ['CS_ERR_BAD_OPERATION', colour.bad],
  21: ['CS_ERR_FAILED_OPERATION', colour.bad],
  22: ['CS_ERR_MESSAGE_ERROR', colour.bad],
  23: ['CS_ERR_QUEUE_FULL', colour.bad],
  24: ['CS_ERR_QUEUE_NOT_AVAILABLE', colour.bad],
  25: ['CS_ERR_BAD_FLAGS', colour.bad],
  26: ['CS_ERR_TOO_BIG', colour.bad],
  27: ['CS_ERR_NO_SECTIONS', colour.bad],
  28: ['CS_ERR_CONTEXT_NOT_FOUND', colour.bad],
  30: ['CS_ERR_TOO_MANY_GROUPS', colour.bad],
  100: ['CS_ERR_SECURITY', colour.bad],
});
