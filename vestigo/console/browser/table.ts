// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of what the canvas shows: the same things, the same acts, for everybody.
import type { Core, EdgeSingular, NodeSingular } from "cytoscape";
import { say } from "./asking";
import type { EdgeShape, Words } from "./asking";
import { edgesIn, isShown, nodesIn, seen, seenEdges, shapeOf } from "./canvas";
import { Rows } from "./rows";
import { btc, counted, moment, percent } from "./figures";
import { button, byId, made, quoted } from "./page";

const PAGE = 10_000;
const ORDER = new Intl.Collator();
type Cell = string | number;

interface Line {
  id: string;
  cells: Cell[];
  /** What the row shows, for whoever looks for words in it. */
  text(): string;
  row(): HTMLElement;
}

export interface Acts {
  expand(node: NodeSingular): void;
  hide(node: NodeSingular): void;
  why(edge: EdgeSingular): void;
  look(node: NodeSingular): void;
}

/** One of the two tables: things, or what joins them. */
class Sheet {
  private lines: Line[] = [];
  private order = 0;
  private descending = false;
  private page = 0;
  private readonly rows: Rows;

  constructor(
    private readonly id: string,
    private readonly gather: () => Line[],
  ) {
    const table = byId(id);
    this.rows = new Rows(table, table.querySelector<HTMLElement>("tbody") as HTMLElement);
    table.querySelectorAll<HTMLElement>("thead button").forEach((head, n) => {
      head.addEventListener("click", () => this.sort(n, head));
    });
    byId<HTMLInputElement>(`${id}-filter`).addEventListener("input", () => {
      this.page = 0;
      this.draw();
    });
    byId(`${id}-before`).addEventListener("click", () => this.turn(-1));
    byId(`${id}-after`).addEventListener("click", () => this.turn(1));
  }

  refresh(): void {
    this.lines = this.gather();
    this.draw();
  }

  private sort(column: number, head: HTMLElement): void {
    this.descending = this.order === column ? !this.descending : false;
    this.order = column;
    for (const one of byId(this.id).querySelectorAll("th[aria-sort]")) one.removeAttribute("aria-sort");
    head.closest("th")?.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
    this.draw();
  }

  private turn(by: number): void {
    this.page += by;
    this.draw();
  }

  private draw(): void {
    const wanted = byId<HTMLInputElement>(`${this.id}-filter`).value.toLowerCase();
    const found = wanted
      ? this.lines.filter((line) => line.text().toLowerCase().includes(wanted))
      : [...this.lines];
    const sign = this.descending ? -1 : 1;
    found.sort((a, b) => sign * compared(a.cells[this.order] ?? "", b.cells[this.order] ?? ""));
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    this.page = Math.min(Math.max(this.page, 0), pages - 1);
    const shown = found.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.rows.show(shown.length, (n) => (shown[n] as Line).row());
    byId(`${this.id}-count`).textContent = say("rows", { n: found.length, page: this.page + 1, pages });
    byId<HTMLButtonElement>(`${this.id}-before`).disabled = this.page === 0;
    byId<HTMLButtonElement>(`${this.id}-after`).disabled = this.page >= pages - 1;
  }
}

export class Tables {
  private readonly things: Sheet;
  private readonly joins: Sheet;

  constructor(
    private readonly cy: Core,
    private readonly words: Words,
    private readonly acts: Acts,
  ) {
    this.things = new Sheet("things", () => this.thingLines());
    this.joins = new Sheet("joins", () => this.joinLines());
  }

  refresh(): void {
    this.things.refresh();
    this.joins.refresh();
  }

  private thingLines(): Line[] {
    return nodesIn(seen(this.cy))
      .filter((node) => node.data("shape") !== undefined)
      .map((node) => {
        const shape = shapeOf(node);
        const kind = this.words.labels[shape.ref[0]] ?? String(node.data("shown"));
        const note = String(node.data("note") ?? "");
        const cells = [shape.name, kind + (shape.standing ? ` (${shape.standing})` : ""), shape.sat,
          shape.at ?? 0, edgesIn(node.connectedEdges()).filter(isShown).length, note];
        const text = (): string =>
          [cells[0], cells[1], btc(shape.sat), moment(shape.at), note].join(" ");
        return { id: node.id(), cells, text, row: () => this.thingRow(node, cells) };
      });
  }

  private thingRow(node: NodeSingular, cells: Cell[]): HTMLElement {
    const shape = shapeOf(node);
    const box = made("input", "", { type: "checkbox", "aria-label": say("select", { name: shape.name }) });
    (box as HTMLInputElement).checked = node.selected();
    box.addEventListener("change", () => ((box as HTMLInputElement).checked ? node.select() : node.unselect()));
    const name = button(shape.name, () => this.acts.look(node));
    name.classList.add("plain");
    const acts = [
      button(say("expand"), () => this.acts.expand(node), say("expand-of", { name: shape.name })),
      button(say("hide"), () => this.acts.hide(node), say("hide-of", { name: shape.name })),
    ];
    const row = made("tr", "", {}, [
      made("td", "", {}, [box]),
      made("th", "", { scope: "row" }, [made("bdi", "", {}, [name])]),
      made("td", String(cells[1])),
      made("td", btc(shape.sat), { class: "n" }),
      made("td", moment(shape.at), { class: "nowrap" }),
      made("td", counted(Number(cells[4])), { class: "n" }),
      made("td", "", {}, [quoted(String(cells[5]))]),
      made("td", "", { class: "acts" }, acts),
    ]);
    row.setAttribute("aria-selected", String(node.selected()));
    row.dataset["id"] = node.id();
    return row;
  }

  private joinLines(): Line[] {
    return seenEdges(this.cy).map((edge) => {
        const data = edge.data("edge") as EdgeShape;
        const cells = [nameOf(edge.source()), this.words.kinds[data.kind] ?? data.kind,
          nameOf(edge.target()), this.words.tiers[data.tier] ?? data.tier, data.n, data.sat,
          data.first ?? 0, Number(data.confidence)];
        const text = (): string =>
          [...cells.slice(0, 4), btc(data.sat), spanOf(data), percent(data.confidence)].join(" ");
        return { id: edge.id(), cells, text, row: () => this.joinRow(edge, data, cells) };
      });
  }

  private joinRow(edge: EdgeSingular, data: EdgeShape, cells: Cell[]): HTMLElement {
    const of = `${String(cells[0])} ${String(cells[1])} ${String(cells[2])}`;
    return made("tr", "", {}, [
      made("td", "", {}, [quoted(String(cells[0]))]),
      made("td", String(cells[1])),
      made("td", "", {}, [quoted(String(cells[2]))]),
      made("td", "", {}, [made("span", String(cells[3]), { class: `graph-tier t-${data.tier}` })]),
      made("td", counted(data.n), { class: "n" }),
      made("td", btc(data.sat), { class: "n" }),
      made("td", spanOf(data)),
      made("td", percent(data.confidence), { class: "n nowrap" }),
      made("td", "", {}, [button(say("why"), () => this.acts.why(edge), say("why-of", { what: of }))]),
    ]);
  }
}

function spanOf(data: EdgeShape): string {
  return data.first === data.last ? moment(data.first) : `${moment(data.first)} – ${moment(data.last)}`;
}

function nameOf(node: NodeSingular): string {
  return shapeOf(node).name;
}

function compared(a: Cell, b: Cell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return ORDER.compare(String(a), String(b));
}
