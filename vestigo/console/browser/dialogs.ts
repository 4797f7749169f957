// SPDX-License-Identifier: AGPL-3.0-or-later
// The dialogs of ways, saved views and export.
import { ask, askFile, say } from "./asking";
import type { Ref, Shapes } from "./asking";
import type { Board, Colour } from "./board";
import { idOf, shapeOf } from "./canvas";
import { button, byId, made, quoted, tell } from "./page";

type Guarded = (work: () => Promise<void>) => void;

interface Ways extends Shapes {
  ways: Ref[][];
  stopped: { node: Ref; why: string; detail: string }[];
  complete: boolean;
}

function dialog(id: string): HTMLDialogElement {
  return byId<HTMLDialogElement>(id);
}

function value(id: string): string {
  return byId<HTMLInputElement>(id).value.trim();
}

/** Return BTC as satoshi. */
function satoshi(text: string): number {
  const [whole = "0", part = ""] = text.replace(",", ".").split(".");
  return Number(whole || 0) * 1e8 + Number(part.slice(0, 8).padEnd(8, "0"));
}

export class WaysDialog {
  constructor(
    private readonly board: Board,
    private readonly guarded: Guarded,
  ) {
    byId("ways-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.guarded(() => this.find());
    });
  }

  open(): void {
    const chosen = this.board.chosen();
    const [from, to] = [chosen[0], chosen[1]];
    if (from) byId<HTMLInputElement>("ways-a").value = idOf(shapeOf(from).ref);
    if (to) byId<HTMLInputElement>("ways-b").value = idOf(shapeOf(to).ref);
    dialog("ways").showModal();
  }

  private async find(): Promise<void> {
    const found = await ask<Ways>("/graph/path", {
      from: value("ways-a"), to: value("ways-b") || "any-cash-out", k: Number(value("ways-k")) || 3,
      min_sat: satoshi(value("ways-min")), after: value("ways-after"), before: value("ways-before"),
      in_time_order: byId<HTMLInputElement>("ways-order").checked,
      facts_only: byId<HTMLInputElement>("ways-facts").checked, canvas: this.board.refs(),
    });
    dialog("ways").close();
    const places = this.board.placesOfWays(found.ways);
    this.board.addAt(say("ways-found", { n: found.ways.length }), found, places);
    const on = new Set(found.ways.flat().map(idOf));
    this.board.cy.elements().unselect();
    this.board.cy.nodes().filter((node) => on.has(node.id())).select();
    const stopped = found.stopped.map((one) => `${one.node[1]} (${one.detail || one.why})`).join(", ");
    const parts = [say("ways-found", { n: found.ways.length }), stopped ? say("stopped", { where: stopped }) : "",
      found.complete ? "" : say("incomplete")];
    tell(parts.filter((part) => part).join(" "));
    if (on.size) this.board.cy.animate({ fit: { eles: this.board.cy.nodes(":selected"), padding: 60 }, duration: 0 });
  }
}

interface View {
  id: number;
  name: string;
  owner: string;
  shared: boolean;
  revision: number;
  saved_by: string;
  saved_at: string;
}

interface SavedNode {
  ref: Ref;
  x: number;
  y: number;
  pinned?: boolean;
  hidden?: boolean;
  colour?: Colour;
  note?: string;
  group?: string;
}

export class ViewsDialog {
  private open_: View | null = null;

  constructor(
    private readonly board: Board,
    private readonly guarded: Guarded,
  ) {
    document.getElementById("views-form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.guarded(() => this.save(false));
    });
    document.getElementById("views-over")?.addEventListener("click", () => this.guarded(() => this.save(true)));
  }

  async open(): Promise<void> {
    await this.list();
    dialog("views").showModal();
  }

  private async list(): Promise<void> {
    const { views } = await ask<{ views: View[] }>("/graph/views");
    const over = document.getElementById("views-over");
    if (over) over.hidden = this.open_ === null;
    byId("views-none").hidden = views.length > 0;
    byId("views-rows").replaceChildren(
      ...views.map((view) =>
        made("tr", "", {}, [
          made("th", "", { scope: "row" }, [quoted(view.name)]),
          made("td", view.shared ? say("of-case") : say("private")),
          made("td", view.saved_by),
          made("td", view.saved_at.slice(0, 19).replace("T", " ")),
          made("td", "", {}, [
            button(say("open"), () => this.guarded(() => this.show(view.id)), say("open-view", { name: view.name })),
            button(say("remove"), () => this.guarded(() => this.remove(view)), say("remove-view", { name: view.name })),
          ]),
        ]),
      ),
    );
  }

  private async save(over: boolean): Promise<void> {
    const body = { nodes: this.board.things().map((node): SavedNode => ({
      ref: shapeOf(node).ref, x: Math.round(node.position("x")), y: Math.round(node.position("y")),
      pinned: node.locked(), hidden: node.hasClass("hidden"), colour: (node.data("colour") as Colour | undefined) ?? "",
      note: String(node.data("note") ?? ""), group: String(node.parent().first().data("shown") ?? ""),
    })) };
    const known = over && this.open_ ? { id: this.open_.id, revision: this.open_.revision } : {};
    const name = value("views-name") || (over ? this.open_?.name ?? "" : "");
    const shared = byId<HTMLInputElement>("views-shared").checked;
    this.open_ = await ask<View>("/graph/views/save", { ...known, name, shared, body });
    tell(say("saved", { name: this.open_.name }));
    await this.list();
  }

  private async remove({ id, revision }: View): Promise<void> {
    await ask<View>("/graph/views/remove", { id, revision });
    if (this.open_?.id === id) this.open_ = null;
    await this.list();
  }

  private async show(id: number): Promise<void> {
    const view = await ask<View & { body: { nodes: SavedNode[] } }>("/graph/views/open", { id });
    const saved = view.body.nodes;
    const shapes = await ask<Shapes & { missing: number }>("/graph/nodes", { nodes: saved.map((one) => one.ref), canvas: [] });
    const { board } = this;
    board.cy.elements().remove();
    board.history.forget();
    board.addAt(view.name, shapes, new Map(saved.map((one) => [idOf(one.ref), { x: one.x, y: one.y }])));
    const groups = new Map<string, string[]>();
    for (const one of saved) {
      const node = board.cy.getElementById(idOf(one.ref));
      if (node.empty()) continue;
      node.data({ colour: one.colour ?? "", note: one.note ?? "" });
      board.dress(node);
      node.toggleClass("hidden", one.hidden ?? false);
      if (one.group) groups.set(one.group, [...(groups.get(one.group) ?? []), node.id()]);
    }
    for (const [name, ids] of groups) board.group(board.cy.nodes().filter((node) => ids.includes(node.id())), name);
    for (const one of saved) if (one.pinned) board.cy.getElementById(idOf(one.ref)).lock();
    board.history.forget();
    this.open_ = view;
    dialog("views").close();
    board.cy.fit(undefined, 40);
    tell(shapes.missing ? say("missing", { n: shapes.missing, name: view.name }) : say("opened", { name: view.name }));
  }
}

export class ExportDialog {
  constructor(
    private readonly board: Board,
    private readonly guarded: Guarded,
  ) {
    document.getElementById("export-form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.guarded(() => this.export());
    });
  }

  open(): void {
    const n = this.board.chosen().length;
    byId<HTMLInputElement>("export-chosen").disabled = n === 0;
    dialog("export").showModal();
  }

  private async export(): Promise<void> {
    const format = value("export-format");
    const part = byId<HTMLInputElement>("export-chosen");
    const whole = part.disabled || !part.checked;
    const nodes = (whole ? this.board.shownThings() : this.board.chosenThings());
    const rows = nodes.map((node) => ({
      ref: shapeOf(node).ref, x: Math.round(node.position("x")), y: Math.round(node.position("y")),
      note: String(node.data("note") ?? ""), colour: String(node.data("colour") ?? ""),
    }));
    const file = await askFile("/graph/export", { format, nodes: rows });
    dialog("export").close();
    const url = URL.createObjectURL(file);
    const link = made("a", "", { href: url, download: `graph.${format}` }) as HTMLAnchorElement;
    link.click();
    URL.revokeObjectURL(url);
    tell(say("exported", { n: nodes.length, format }));
  }
}
