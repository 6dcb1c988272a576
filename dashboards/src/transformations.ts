import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';

/** Turns series with two labels into a table: a row for each value of one, a column for each value of the other. */
export function matrix(
  row: string,
  column: string,
  corner: string,
  order: readonly string[] = [],
): DataTransformerConfig[] {
  return [
    {
      id: 'groupingToMatrix',
      options: { rowField: row, columnField: column, valueField: 'Value', emptyValue: 'null' },
    },
    {
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries([`${row}\\${column}`, ...order].map((name, index) => [name, index])),
        renameByName: { [`${row}\\${column}`]: corner },
      },
    },
  ];
}

/** Chooses, orders and names the columns of a table. */
export function only(...chosen: readonly (readonly [label: string, heading: string])[]): DataTransformerConfig[] {
  return [
    { id: 'filterFieldsByName', options: { include: { names: chosen.map(([label]) => label) } } },
    {
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(chosen.map(([label], index) => [label, index])),
        renameByName: Object.fromEntries(chosen),
      },
    },
  ];
}
