// SPDX-License-Identifier: AGPL-3.0-or-later
// The graph page: toolbar, keys, canvas, table, brush and reasons, kept in step.
import type { EdgeSingular, NodeCollection, NodeSingular } from "cytoscape";
import { Refused, ask, say } from "./asking";
import type { NodeShape, Ref, Shapes, Words } from "./asking";
import { Board } from "./board";
import type { Colour } from "./board";
import { Brush } from "./brush";
import { GROUP, newCanvas, nodesIn, seen, shapeOf, suit } from "./canvas";
import { ExportDialog, ViewsDialog, WaysDialog } from "./dialogs";
import { Expanding } from "./expanding";
import { insideOf } from "./folding";
import { btc, moment } from "./figures";
import { button, byId, made, quoted, tell } from "./page";
import { showReasons } from "./reasons";
import { Tables } from "./table";
import { isArrow, stepTo } from "./walking";

const NOT_CONFIRMED = "E-CON-030";

/** Do what may be refused; a refusal is told and leaves everything as it was. */
function guarded(work: () => Promise<void>): void {
  document.body.setAttribute("aria-busy", "true");
  work()
    .catch((error: unknown) => {
      const words = error instanceof Refused ? error.message : say("unexpected");
      tell(words, true);
      const open = document.querySelector("dialog[open] .refused");
      if (open) open.textContent = words;
      if (open && error instanceof Refused && error.code === NOT_CONFIRMED) open.append(" ", confirmLink());
      if (!(error instanceof Refused)) throw error;
    })
    .finally(() => document.body.removeAttribute("aria-busy"));
}

/** Return where one confirms that it is oneself: in another tab, so that the canvas stays. */
function confirmLink(): HTMLElement {
  return made("a", say("confirm"), { href: "/confirm?next=/", target: "_blank", rel: "noopener" });
}

class GraphPage {
  private readonly board: Board;
  private readonly tables: Tables;
  private readonly brush: Brush;
  private readonly expanding: Expanding;
  private readonly ways: WaysDialog;
  private readonly views: ViewsDialog;
  private readonly exports: ExportDialog;
  private due = 0;
  private at = "";

  constructor(private readonly words: Words) {
    const cy = newCanvas(byId("canvas"), words);
    this.board = new Board(cy, words, () => this.soon());
    this.brush = new Brush(cy, () => this.tables.refresh());
    this.tables = new Tables(cy, words, {
      expand: (node) => this.expand(node),
      hide: (node) => this.board.hide(node),
      why: (edge) => this.why(edge),
      look: (node) => this.look(node),
    });
    this.expanding = new Expanding(this.board, guarded);
    this.ways = new WaysDialog(this.board, guarded);
    this.views = new ViewsDialog(this.board, guarded);
    this.exports = new ExportDialog(this.board, guarded);
    cy.on("add remove", () => this.soon());
    cy.on("dragfree", () => suit(cy));
    cy.on("select unselect", () => this.soon());
    cy.on("tap", "edge", (event) => this.why(event.target as EdgeSingular));
    cy.on("tap", "node", (event) => this.describe(event.target as NodeSingular));
    cy.on("dbltap", "node", (event) => this.expand(event.target as NodeSingular));
    this.bindTools();
    this.bindKeys();
    byId("find-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const box = byId<HTMLInputElement>("find");
      guarded(async () => {
        await this.find(box.value);
        box.select();
      });
    });
    for (const opened of document.querySelectorAll("dialog")) {
      opened.querySelector(".close")?.addEventListener("click", () => opened.close());
      opened.addEventListener("close", () => opened.querySelector(".refused")?.replaceChildren());
    }
  }

  begin(): void {
    const asked = new URLSearchParams(location.search).getAll("start");
    this.refresh();
    if (asked.length) guarded(async () => {
      for (const text of asked.slice(0, 20)) await this.find(text);
    });
  }

  /** Draw tables and brush once after many changes. */
  private soon(): void {
    if (this.due) return;
    this.due = requestAnimationFrame(() => {
      this.due = 0;
      this.refresh();
    });
  }

  private refresh(): void {
    const { cy, history } = this.board;
    this.brush.refresh();
    this.tables.refresh();
    suit(cy);
    byId<HTMLButtonElement>("do-undo").disabled = !history.canUndo;
    byId<HTMLButtonElement>("do-redo").disabled = !history.canRedo;
    byId("canvas-count").textContent = [
      say("shown-here", { n: seen(cy).length }), say("hidden-here", { n: cy.nodes(".hidden").length }),
      say("chosen-here", { n: this.board.chosen().length }),
    ].join(", ");
    byId("empty").hidden = cy.nodes().length > 0;
  }

  private async find(text: string): Promise<void> {
    const { nodes } = await ask<{ nodes: NodeShape[] }>("/graph/find", { text });
    const place = byId("choices");
    place.replaceChildren();
    if (!nodes.length) tell(say("nothing", { text }), true);
    else if (nodes.length === 1 && nodes[0]) await this.put(nodes[0].ref);
    else {
      tell(say("several", { n: nodes.length }));
      place.append(...nodes.map((shape) => this.choice(shape)));
    }
  }

  private choice(shape: NodeShape): HTMLElement {
    const act = (): void => {
      byId("choices").replaceChildren();
      guarded(() => this.put(shape.ref));
    };
    const label = `${this.words.labels[shape.ref[0]] ?? shape.ref[0]}: ${shape.name}`;
    return made("li", "", {}, [button(label, act)]);
  }

  private async put(ref: Ref): Promise<void> {
    const { board } = this;
    const shapes = await ask<Shapes>("/graph/nodes", { nodes: [ref], canvas: board.refs() });
    const name = shapes.nodes[0]?.name ?? ref[1];
    board.add(say("added", { name }), shapes, null, true);
    const node = board.cy.getElementById(`${ref[0]}:${ref[1]}`);
    if (node.empty()) return;
    board.cy.elements().unselect();
    node.select();
    if (board.cy.nodes().length === 1) board.cy.center(node);
    this.describe(node);
    tell(say("added", { name }));
  }

  private expand(node?: NodeSingular): void {
    const of = node ?? this.board.cy.nodes(":selected").first();
    if (of.empty() || of.data("shape") === undefined) tell(say("choose-one"), true);
    else if (insideOf(of as NodeSingular).length) this.board.unfold(of as NodeSingular);
    else guarded(() => this.expanding.open(of as NodeSingular));
  }

  private why(edge: EdgeSingular): void {
    const data = edge.data("edge") as { record: string };
    if (!data.record) return;
    this.board.cy.elements().unselect();
    edge.select();
    guarded(() => showReasons(edge, this.words.labels));
  }

  private look(node: NodeSingular): void {
    const { cy } = this.board;
    cy.elements().unselect();
    node.select();
    cy.center(node);
    this.describe(node);
  }

  private describe(node: NodeSingular): void {
    if (node.data("shape") === undefined) return;
    const shape = shapeOf(node);
    const list = made("dl", "", { class: "facts" });
    const rows: [string, string][] = [[say("kind"), this.words.labels[shape.ref[0]] ?? say("group")]];
    if (shape.standing) rows.push([say("standing"), shape.standing]);
    if (shape.sat) rows.push([say("amount"), btc(shape.sat)]);
    if (shape.at !== null) rows.push([say("time"), `${moment(shape.at)} UTC`]);
    rows.push(...Object.entries(shape.fields));
    for (const [name, value] of rows) list.append(made("dt", name), made("dd", "", {}, [quoted(value)]));
    const parts: Node[] = [made("h3", "", {}, [quoted(shape.name)]), list];
    if (shape.url) parts.push(made("p", "", {}, [made("a", say("page-of"), { href: shape.url })]));
    parts.push(button(say("expand"), () => this.expand(node), say("expand-of", { name: shape.name })));
    byId("reasons").replaceChildren(...parts);
  }

  private annotate(): void {
    const node = this.board.chosen().first();
    if (node.empty()) {
      tell(say("choose-one"), true);
      return;
    }
    const input = byId<HTMLTextAreaElement>("note-text");
    input.value = String(node.data("note") ?? "");
    byId("note-form").onsubmit = (event) => {
      event.preventDefault();
      byId<HTMLDialogElement>("note").close();
      this.board.annotate(node as NodeSingular, input.value);
    };
    byId<HTMLDialogElement>("note").showModal();
  }

  private group(): void {
    const frame = this.board.cy.nodes(":parent:selected").first();
    if (frame.nonempty()) {
      this.board.ungroup(frame as NodeSingular);
      return;
    }
    const chosen = this.board.chosen();
    if (chosen.length < 2) tell(say("choose-two"), true);
    else this.board.group(chosen, say("group-of", { n: chosen.length }));
  }

  /** Fold what is selected (or is in the selected frame) into one; open what stands for many. */
  private fold(): void {
    const { cy } = this.board;
    const folded = nodesIn(cy.nodes(":selected")).find((node) => insideOf(node).length > 0);
    if (folded) {
      this.board.unfold(folded);
      return;
    }
    const framed = cy.nodes(":parent:selected").children();
    const chosen = this.board.chosen().union(framed).filter((node) => node.isNode() && !node.hasClass(GROUP)) as NodeCollection;
    if (chosen.length < 2) tell(say("choose-two"), true);
    else this.board.fold(chosen, say("group-of", { n: chosen.length }));
  }

  /** Go to the next thing on one side; with Shift it is selected as well. */
  private walk(key: string, isMore: boolean): void {
    const { cy } = this.board;
    const all = this.board.chosen();
    const last = this.at && cy.getElementById(this.at).nonempty() ? cy.getElementById(this.at) : all.last();
    const next = last.empty() ? nodesIn(seen(cy))[0] : stepTo(cy, last as NodeSingular, key);
    if (next === undefined) return;
    if (!isMore) cy.elements().unselect();
    next.select();
    this.at = next.id();
    const box = cy.extent();
    const { x, y } = next.position();
    if (x < box.x1 || x > box.x2 || y < box.y1 || y > box.y2) cy.center(next);
    this.describe(next);
    tell(next.data("shape") === undefined ? "" : shapeOf(next).name);
  }

  private acts(): Record<string, () => void> {
    const { board } = this;
    return {
      expand: () => this.expand(),
      ways: () => this.ways.open(),
      fit: () => board.cy.fit(seen(board.cy), 40),
      undo: () => this.told("undone", board.history.undo()),
      redo: () => this.told("redone", board.history.redo()),
      back: () => tell(say("brought-back", { n: board.takeBackExpansion() })),
      hide: () => board.hide(board.chosen()),
      only: () => board.onlyThis(board.chosen()),
      all: () => board.showAll(),
      pin: () => board.pin(board.chosen()),
      group: () => this.group(),
      fold: () => this.fold(),
      note: () => this.annotate(),
      views: () => guarded(() => this.views.open()),
      export: () => this.exports.open(),
    };
  }

  private told(name: string, one: { words: string } | undefined): void {
    tell(one ? say(name, { what: one.words }) : say("nothing-to-do"));
  }

  private bindTools(): void {
    for (const [name, act] of Object.entries(this.acts())) {
      document.getElementById(`do-${name}`)?.addEventListener("click", act);
    }
    const colours = byId<HTMLSelectElement>("do-colour");
    colours.addEventListener("change", () => {
      this.board.paint(this.board.chosen(), colours.value as Colour);
      colours.selectedIndex = 0;
    });
  }

  private bindKeys(): void {
    const acts = this.acts();
    const keys: Record<string, string> = {
      e: "expand", p: "ways", f: "fit", h: "hide", H: "only", a: "note", g: "group", c: "fold",
    };
    document.addEventListener("keydown", (event) => {
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const name = event.ctrlKey || event.metaKey
        ? { z: "undo", y: "redo", Z: "redo" }[event.key]
        : event.altKey ? undefined : keys[event.key];
      if (isArrow(event.key) && document.activeElement === byId("canvas")) {
        event.preventDefault();
        this.walk(event.key, event.shiftKey);
        return;
      }
      if (event.key === "Enter" && document.activeElement === byId("canvas")) this.expand();
      if (event.key === "Escape") this.board.cy.elements().unselect();
      const act = name === undefined ? undefined : acts[name];
      if (act === undefined) return;
      event.preventDefault();
      act();
    });
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=range]), select, textarea");
}

async function begin(): Promise<void> {
  const words = await ask<Words>("/graph/words");
  const page = new GraphPage(words);
  page.begin();
  document.body.dataset["ready"] = "yes";
}

if (document.getElementById("canvas")) guarded(begin);
