import type { ComponentChildren } from 'preact';

export interface Column<R> {
  readonly name: string;
  readonly cell: (row: R) => ComponentChildren;
  readonly isFigure?: boolean;
}

interface Props<R> {
  readonly caption: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string | number;
  readonly none: string;
}

/**
 * A table whose rows become cards where there is no room. The roles are written out: a table that is laid out as blocks
 * is none to a screen reader any more.
 */
export function Table<R>({ caption, columns, rows, keyOf, none }: Props<R>) {
  if (rows.length === 0) return <p class="quiet">{none}</p>;
  const align = (column: Column<R>) => (column.isFigure === true ? 'figure' : undefined);
  return (
    <table role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.name} role="columnheader" scope="col" class={align(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map((column, index) =>
              index === 0 ? (
                <th key={column.name} role="rowheader" scope="row" data-name={column.name}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.name} role="cell" class={align(column)} data-name={column.name}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
