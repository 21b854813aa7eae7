// table and data_table. The renderer parses what cells hold, and draws no data_table at all.
import { useState } from "react";
import type { Block, Json } from "../types";
import { Drawn } from "./richtext";

type Row = Json[];

function Cell({ cell }: { cell: Json }) {
  if (cell.type === "rich_text") return <Drawn block={cell as Block} />;
  return <>{cell.text ?? String(cell.value ?? "")}</>;
}

const aligned = (setting: Json | undefined, cell: Json): string =>
  `${setting?.align ?? (cell.type === "raw_number" ? "right" : "left")}${setting?.is_wrapped === false ? " unwrapped" : ""}`;

export function Table({ block }: { block: Block }) {
  const [head, ...rows] = block.rows as Row[];
  const settings: Json[] = block.column_settings ?? [];
  const label = `Table: ${(head ?? []).map(words).join(", ")}`;
  return (
    <div className="table" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head?.map((cell, index) => (
              <th scope="col" key={index} className={aligned(settings[index], cell)}>
                <Cell cell={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, number) => (
            <tr key={number}>
              {row.map((cell, index) => (
                <td key={index} className={aligned(settings[index], cell)}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Order = { column: number; down: boolean };

export function DataTable({ block }: { block: Block }) {
  const [head = [], ...rows] = block.rows as Row[];
  const [order, setOrder] = useState<Order | null>(null);
  const [wanted, setWanted] = useState("");
  const [page, setPage] = useState(0);
  const size: number = block.page_size ?? 5;
  const found = rows.filter((row) => row.some((cell) => words(cell).toLowerCase().includes(wanted.toLowerCase())));
  const sorted = order ? found.toSorted((a, b) => compare(a[order.column], b[order.column]) * (order.down ? -1 : 1)) : found;
  const shown = sorted.slice(page * size, (page + 1) * size);
  const rowHead: number = block.row_header_column_index ?? 0;
  const sortBy = (column: number) => setOrder({ column, down: order?.column === column ? !order.down : false });
  const sorting = (column: number) => (order?.column !== column ? "none" : order.down ? "descending" : "ascending");

  return (
    <div className="data-table">
      <div className="table" role="group" aria-label={block.caption} tabIndex={0}>
        <table>
          <caption>{block.caption}</caption>
          <thead>
            <tr>
              {head.map((cell, column) => (
                <th scope="col" key={column} aria-sort={sorting(column)} className={aligned(undefined, rows[0]?.[column] ?? cell)}>
                  <button type="button" onClick={() => sortBy(column)}>
                    <Cell cell={cell} />
                    <span aria-hidden="true">{order?.column === column ? (order.down ? " ↓" : " ↑") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, number) => (
              <tr key={number}>
                {row.map((cell, index) => {
                  const Tag = index === rowHead ? "th" : "td";
                  return (
                    <Tag key={index} scope={index === rowHead ? "row" : undefined} className={aligned(undefined, cell)}>
                      <Cell cell={cell} />
                    </Tag>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > size && (
        <div className="pager">
          <input
            className="field"
            type="search"
            aria-label={`Filter ${block.caption}`}
            placeholder="Filter"
            value={wanted}
            onChange={(event) => {
              setWanted(event.target.value);
              setPage(0);
            }}
          />
          <span aria-live="polite">{range(page, size, found.length)}</span>
          <button type="button" className="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <button type="button" className="button" disabled={(page + 1) * size >= found.length} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </div>
      )}
    </div>
  );
}

const range = (page: number, size: number, all: number): string =>
  all === 0 ? "No matches" : `${page * size + 1} to ${Math.min(all, (page + 1) * size)} of ${all}`;

/** All that a cell says, without its form. */
function words(cell: Json | undefined): string {
  if (cell === undefined) return "";
  if (cell.type === "raw_number") return String(cell.value);
  if (typeof cell.text === "string") return cell.text;
  return (cell.elements ?? []).map(words).join("");
}

function compare(a: Json | undefined, b: Json | undefined): number {
  if (a?.type === "raw_number" && b?.type === "raw_number") return a.value - b.value;
  return words(a).localeCompare(words(b), undefined, { numeric: true });
}
