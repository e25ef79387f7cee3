import type { ComponentChildren } from "preact";

export interface Column<Row> {
  key: string;
  head: string;
  cell: (row: Row) => ComponentChildren;
  align?: "end";
  rowHead?: boolean; // names the row
  wide?: boolean;
  whole?: boolean; // a number or a name that is not broken over lines
}

// Rows of things; on a phone each row becomes a card with the heads beside its values, each of them one piece. A `narrow` one has
// room there and stays as it is.
export function Table<Row>({ caption, columns, rows, rowKey, rowTone, narrow }: { caption: ComponentChildren; columns: Column<Row>[]; rows: Row[]; rowKey: (row: Row) => string; rowTone?: (row: Row) => string | undefined; narrow?: boolean }) {
  return (
    <div class="dads-table" data-narrow={narrow || undefined}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column.key} data-align={column.align} data-wide={column.wide || undefined}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-tone={rowTone?.(row)}>
              {columns.map((column) =>
                column.rowHead ? (
                  <th scope="row" key={column.key} data-head={column.head} data-whole={column.whole || undefined}>
                    <div>{column.cell(row)}</div>
                  </th>
                ) : (
                  <td key={column.key} data-head={column.head} data-align={column.align} data-whole={column.whole || undefined}>
                    <div>{column.cell(row)}</div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
