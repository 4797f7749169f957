// SPDX-License-Identifier: AGPL-3.0-or-later
// The expand dialog: what stands beside a thing, counted; how much of it to bring.
import type { NodeSingular } from "cytoscape";
import { ask, say } from "./asking";
import type { Count, NodeShape, Ref, Shapes } from "./asking";
import type { Board, Part } from "./board";
import { GROUP, idOf, nodeElement, shapeOf } from "./canvas";
import { counted } from "./figures";
import { step } from "./history";
import { byId, made, tell } from "./page";
import { placesBeside } from "./placing";

const USUAL = 25;
const MANY = 100;
const ASIDE = new Set(["Exhibit", "Image", "Judgement", "Tag"]);

interface Wish {
  count: Count;
  input: HTMLInputElement;
  whole: HTMLInputElement | null;
}

/** What a group stands for: things beside a node that were too many to show one by one. */
interface Rest {
  of: Ref;
  count: Count;
}

export class Expanding {
  private readonly dialog = byId<HTMLDialogElement>("expand");
  private wishes: Wish[] = [];
  private of: NodeSingular | null = null;
  private ref: Ref | null = null;
  private isSure = false;

  constructor(
    private readonly board: Board,
    private readonly guarded: (work: () => Promise<void>) => void,
  ) {
    byId("expand-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.guarded(() => this.bring());
    });
  }

  async open(node: NodeSingular): Promise<void> {
    const rest = node.data("rest") as Rest | undefined;
    this.of = node;
    this.ref = rest ? rest.of : shapeOf(node).ref;
    const found = rest
      ? [rest.count]
      : (await ask<{ counts: Count[] }>("/graph/counts", { node: this.ref })).counts;
    byId("expand-of").textContent = shapeOf(node).name;
    this.wishes = [];
    byId("expand-rows").replaceChildren(...found.map((count) => this.row(count, rest !== undefined)));
    byId("expand-none").hidden = found.length > 0;
    this.hesitate(false);
    this.dialog.showModal();
  }

  private row(count: Count, isRest: boolean): HTMLElement {
    const { labels, kinds, at_once } = this.board.words;
    const name = `${kinds[count.kind] ?? count.kind} ${count.direction === "out" ? "→" : "←"} ${labels[count.label] ?? count.label}`;
    const usual = ASIDE.has(count.label) && !isRest ? 0 : Math.min(count.n, USUAL);
    const most = Math.min(count.n, at_once);
    const input = made("input", "", {
      type: "number", min: "0", max: String(most), value: String(usual),
      "aria-label": say("how-many", { what: name }),
    }) as HTMLInputElement;
    input.addEventListener("input", () => this.hesitate(false));
    const cells: Node[] = [made("th", name, { scope: "row" }), made("td", counted(count.n), { class: "n" }), made("td", "", {}, [input])];
    let whole: HTMLInputElement | null = null;
    if (count.n > at_once && !isRest) {
      whole = made("input", "", { type: "checkbox" }) as HTMLInputElement;
      const box = whole;
      whole.addEventListener("change", () => {
        input.disabled = box.checked;
        this.hesitate(false);
      });
      cells.push(made("td", "", {}, [made("label", "", {}, [whole, document.createTextNode(" " + say("as-group", { n: count.n }))])]));
    } else cells.push(made("td"));
    this.wishes.push({ count, input, whole });
    return made("tr", "", {}, cells);
  }

  /** Above a hundred things a person is asked once more. */
  private hesitate(on: boolean): void {
    this.isSure = on;
    const notice = byId("expand-sure");
    notice.hidden = !on;
    if (on) notice.textContent = say("sure", { n: this.wanted() });
  }

  private wanted(): number {
    return this.wishes.reduce((sum, one) => sum + (one.whole?.checked ? 1 : Number(one.input.value) || 0), 0);
  }

  private async bring(): Promise<void> {
    const { of, ref, board } = this;
    if (of === null || ref === null) return;
    if (this.wanted() > MANY && !this.isSure) {
      this.hesitate(true);
      return;
    }
    const asked = this.askAll(of, ref);
    this.dialog.close(); // while the server is asked already
    const parts = await asked;
    let n = board.addParts(say("expanded", { name: shapeOf(of).short }), parts, of);
    for (const wish of this.wishes) {
      if (wish.whole?.checked) n += this.bundle(of, ref, wish.count);
    }
    board.cy.resize();
    tell(say("brought", { n }));
  }

  private async askAll(of: NodeSingular, ref: Ref): Promise<Part[]> {
    const parts: Part[] = [];
    for (const wish of this.wishes) {
      if (!wish.whole?.checked && Number(wish.input.value) > 0) parts.push(await this.bringSome(of, ref, wish, parts));
    }
    return parts;
  }

  private async bringSome(of: NodeSingular, ref: Ref, wish: Wish, before: Part[]): Promise<Part> {
    const { direction, kind, label } = wish.count;
    const skip = (of.data("taken") as number | undefined) ?? 0;
    const limit = Number(wish.input.value);
    const canvas = [...this.board.refs(), ...before.flatMap((part) => part.shapes.nodes.map((shape) => shape.ref))];
    const asked = { node: ref, direction, kind, label, limit, skip, canvas };
    const shapes = await ask<Shapes>("/graph/expand", asked);
    if (of.data("rest") !== undefined) of.data("taken", skip + limit);
    return { shapes, right: direction === "out" };
  }

  /** Put one thing on the canvas that stands for very many. */
  private bundle(of: NodeSingular, ref: Ref, count: Count): number {
    const { cy, words, history } = this.board;
    const label = words.labels[count.label] ?? count.label;
    const name = `${counted(count.n)} × ${label}`;
    const shape: NodeShape = { ref: [GROUP, `${idOf(ref)} ${count.direction} ${count.kind} ${count.label}`],
      name, short: name, standing: "", sat: 0, at: null, url: "", fields: {} };
    const right = count.direction === "out";
    const place = placesBeside(of.position(), 1, right, this.board.taken())[0] ?? of.position();
    const element = nodeElement(shape, words, place);
    const id = idOf(shape.ref);
    if (cy.getElementById(id).nonempty()) return 0;
    element.data = { ...element.data, id, shown: name, rest: { of: ref, count } satisfies Rest };
    element.classes = GROUP;
    const ends = right ? { source: of.id(), target: id } : { source: id, target: of.id() };
    const edge = { source: right ? ref : shape.ref, target: right ? shape.ref : ref, kind: count.kind,
      tier: "", n: count.n, first: null, last: null, sat: 0, rule: "", confidence: "", record: "" };
    const line = { group: "edges" as const, data: { id: `${id} line`, ...ends, edge, width: 4,
      shown: `${words.kinds[count.kind] ?? count.kind} × ${counted(count.n)}` } };
    const apply = (): void => void cy.add([element, line]);
    history.run(step(say("expanded", { name: shapeOf(of).short }), apply, () => cy.getElementById(id).remove(), [id]));
    return 1;
  }
}
