// SPDX-License-Identifier: AGPL-3.0-or-later
// What a person does with what stands on the canvas; each act is a step that can be undone.
import type { Core, ElementDefinition, NodeCollection, NodeSingular } from "cytoscape";
import { say } from "./asking";
import type { NodeShape, Ref, Shapes, Words } from "./asking";
import { GROUP, edgeElement, idOf, nodeElement, nodesIn, shapeOf, suit } from "./canvas";
import { insideOf, standIn } from "./folding";
import { History, step } from "./history";
import { COLUMN, ROW, Taken, placesBeside } from "./placing";
import type { Place } from "./placing";

export type Colour = "" | "red" | "orange" | "yellow" | "green" | "blue" | "violet";
const COLOURS: Colour[] = ["red", "orange", "yellow", "green", "blue", "violet"];

/** What one step brought, and whether it goes to the right of where it came from. */
export interface Part {
  shapes: Shapes;
  right: boolean;
}

export class Board {
  readonly history: History;
  private groups = 0;

  constructor(
    readonly cy: Core,
    readonly words: Words,
    private readonly changed: () => void,
  ) {
    this.history = new History(changed);
    let from = new Map<string, Place>();
    cy.on("grab", "node", (event) => {
      const held = event.target as NodeSingular;
      const moving = held.selected() ? cy.nodes(":selected").union(held) : held;
      from = new Map(nodesIn(moving.union(moving.descendants())).map((node) => [node.id(), { ...node.position() }]));
    });
    cy.on("dragfree", "node", () => {
      if (from.size) this.keepMove(from);
      from = new Map();
    });
  }

  /** The things on the canvas, for the server: groups of our own are none of its things. */
  refs(): Ref[] {
    return this.things().map((node) => shapeOf(node).ref);
  }

  things(): NodeCollection {
    return this.cy.nodes().filter((node) => node.data("shape") !== undefined && !node.hasClass(GROUP));
  }

  /** The things that can be seen, and those that are folded into one that can be. */
  shownThings(): NodeSingular[] {
    return nodesIn(this.things()).filter((node) => !node.hasClass("hidden") && !node.hasClass("untimely"));
  }

  /** The selected things; for what stands for others, those. */
  chosenThings(): NodeSingular[] {
    const ids = new Set(nodesIn(this.chosen()).flatMap((node) => [node.id(), ...insideOf(node)]));
    return nodesIn(this.things()).filter((node) => ids.has(node.id()));
  }

  chosen(): NodeCollection {
    return this.cy.nodes(":selected").filter((node) => node.data("shape") !== undefined);
  }

  has(ref: Ref): boolean {
    return this.cy.getElementById(idOf(ref)).nonempty();
  }

  /** Put new things beside `from` (or into the middle); what is there stays where it is. */
  add(words: string, shapes: Shapes, from: NodeSingular | null, right: boolean): number {
    const fresh = shapes.nodes.filter((shape) => !this.has(shape.ref));
    const elements = this.placed(fresh, from, right);
    this.addElements(words, elements, shapes);
    return fresh.length;
  }

  /** Put what several steps from one thing brought on the canvas, as one act. */
  addParts(words: string, parts: Part[], from: NodeSingular): number {
    const taken = this.taken();
    const known = new Set<string>();
    const elements: ElementDefinition[] = [];
    for (const part of parts) {
      const fresh = part.shapes.nodes.filter((shape) => !this.has(shape.ref) && !known.has(idOf(shape.ref)));
      const places = placesBeside(from.position(), fresh.length, part.right, taken);
      for (const [n, shape] of fresh.entries()) {
        known.add(idOf(shape.ref));
        elements.push(nodeElement(shape, this.words, places[n] ?? from.position()));
      }
    }
    const edges = parts.flatMap((part) => part.shapes.edges);
    this.addElements(words, elements, { nodes: [], edges });
    return elements.length;
  }

  addAt(words: string, shapes: Shapes, places: Map<string, Place>): void {
    const elements = shapes.nodes
      .filter((shape) => !this.has(shape.ref))
      .map((shape) => nodeElement(shape, this.words, places.get(idOf(shape.ref)) ?? this.middle()));
    this.addElements(words, elements, shapes);
  }

  /** Return free places for the things of ways, one column a hop, from left to right. */
  placesOfWays(ways: Ref[][]): Map<string, Place> {
    const found = new Map<string, Place>();
    const taken = this.taken();
    const at = (ref: Ref): Place | undefined =>
      found.get(idOf(ref)) ?? (this.has(ref) ? this.cy.getElementById(idOf(ref)).position() : undefined);
    for (const way of ways.toSorted((one, other) => other.length - one.length)) {
      const known = way.findIndex((ref) => at(ref) !== undefined);
      const start = (known < 0 ? undefined : at(way[known] as Ref)) ?? this.middle();
      for (const [n, ref] of way.entries()) {
        if (at(ref) !== undefined) continue;
        const place = { x: start.x + (n - Math.max(known, 0)) * COLUMN, y: start.y };
        while (!taken.isFree(place)) place.y += ROW;
        taken.take(place);
        found.set(idOf(ref), place);
      }
    }
    return found;
  }

  taken(): Taken {
    return new Taken(this.cy.nodes().map((node) => node.position()));
  }

  middle(): Place {
    const box = this.cy.extent();
    const taken = this.taken();
    const place = { x: Math.round((box.x1 + box.x2) / 2 - COLUMN), y: Math.round((box.y1 + box.y2) / 2) };
    while (!taken.isFree(place)) place.y += ROW;
    return place;
  }

  takeBackExpansion(): number {
    const ids = this.history.lastBrought((id) => this.cy.getElementById(id).nonempty());
    if (ids.length) this.remove(say("taken-back"), ids);
    return ids.length;
  }

  remove(words: string, ids: string[]): void {
    const gone = this.byIds(ids);
    const kept = gone.union(gone.connectedEdges()).jsons() as unknown as ElementDefinition[];
    this.history.run(
      step(words, () => this.byIds(ids).remove(), () => this.restore(kept)),
    );
  }

  hide(nodes: NodeCollection): void {
    const ids = nodes.map((node) => node.id());
    if (!ids.length) return;
    this.toggle(say("hidden"), ids, "hidden", true);
    nodes.unselect();
  }

  onlyThis(nodes: NodeCollection): void {
    const kept = new Set(nodes.map((node) => node.id()));
    const others = this.things().filter((node) => !kept.has(node.id()) && !node.hasClass("hidden"));
    this.toggle(say("only-this"), others.map((node) => node.id()), "hidden", true);
  }

  showAll(): void {
    const ids = this.cy.nodes(".hidden").map((node) => node.id());
    if (ids.length) this.toggle(say("all-shown"), ids, "hidden", false);
  }

  pin(nodes: NodeCollection): void {
    const ids = nodes.map((node) => node.id());
    const locked = nodesIn(nodes).every((node) => node.locked());
    const set = (on: boolean) => () => {
      const named = this.byIds(ids);
      if (on) named.lock();
      else named.unlock();
      this.changed();
    };
    if (ids.length) this.history.run(step(say("pinned"), set(!locked), set(locked)));
  }

  paint(nodes: NodeCollection, colour: Colour): void {
    this.change(say("coloured"), nodes, "colour", colour);
  }

  annotate(node: NodeSingular, text: string): void {
    this.change(say("annotated"), node, "note", text);
  }

  /** Put things into a frame, or take the frame away. */
  group(nodes: NodeCollection, name: string): void {
    const ids = nodes.map((node) => node.id());
    const before = new Map(nodes.map((node) => [node.id(), node.parent().first().id() ?? null]));
    this.groups += 1;
    const id = `group-${this.groups}-${Date.now()}`;
    const frame: ElementDefinition = { group: "nodes", data: { id, shown: name }, selectable: true };
    const apply = (): void => {
      this.cy.add(frame);
      this.byIds(ids).move({ parent: id });
    };
    const revert = (): void => {
      for (const [child, parent] of before) this.cy.getElementById(child).move({ parent });
      this.cy.getElementById(id).remove();
    };
    if (ids.length) this.history.run(step(say("grouped"), apply, revert));
  }

  ungroup(frame: NodeSingular): void {
    const id = frame.id();
    const data = { ...(frame.data() as object) };
    const ids = frame.children().map((node) => node.id());
    const apply = (): void => {
      this.byIds(ids).move({ parent: null });
      this.cy.getElementById(id).remove();
    };
    const revert = (): void => {
      this.cy.add({ group: "nodes", data });
      this.byIds(ids).move({ parent: id });
    };
    this.history.run(step(say("grouped"), apply, revert));
  }

  /** Fold things into one that stands for them. */
  fold(nodes: NodeCollection, name: string): void {
    const ids = nodes.map((node) => node.id());
    const frames = nodesIn(nodes.parents()).filter((frame) => nodesIn(frame.children()).every((one) => ids.includes(one.id())));
    const out = [...ids, ...frames.map((frame) => frame.id())];
    const made = standIn(this.cy, ids, name, this.words);
    const id = String(made[0]?.data.id);
    const apply = (): void => {
      this.byIds(out).addClass("folded").unselect();
      this.restore(made);
      this.cy.getElementById(id).select();
      this.changed();
    };
    const revert = (): void => {
      this.cy.getElementById(id).remove();
      this.byIds(out).removeClass("folded");
      this.changed();
    };
    if (ids.length > 1) this.history.run(step(say("folded"), apply, revert));
  }

  /** Open what stands for others: they are where they were. */
  unfold(node: NodeSingular): void {
    const id = node.id();
    const ids = insideOf(node);
    const out = [...ids, ...nodesIn(this.byIds(ids).parents()).map((frame) => frame.id())];
    const kept = node.union(node.connectedEdges()).jsons() as unknown as ElementDefinition[];
    const apply = (): void => {
      this.cy.getElementById(id).remove();
      this.byIds(out).removeClass("folded");
      this.changed();
    };
    const revert = (): void => {
      this.byIds(out).addClass("folded");
      this.restore(kept);
      this.changed();
    };
    this.history.run(step(say("unfolded"), apply, revert));
  }

  dress(node: NodeSingular): void {
    const colour = (node.data("colour") as Colour | undefined) ?? "";
    for (const one of COLOURS) node.toggleClass(`mark-${one}`, one === colour);
    const note = node.data("note") as string | undefined;
    const shown = String(node.data("shown")).replace(/\n✎ [^]*$/, "");
    node.data("shown", note ? `${shown}\n✎ ${note.slice(0, 60)}` : shown);
  }

  private byIds(ids: string[]): NodeCollection {
    let found = this.cy.collection() as unknown as NodeCollection;
    for (const id of ids) found = found.union(this.cy.getElementById(id)) as NodeCollection;
    return found;
  }

  private placed(fresh: NodeShape[], from: NodeSingular | null, right: boolean): ElementDefinition[] {
    const taken = this.taken();
    const start = from?.position() ?? { x: this.middle().x - COLUMN, y: this.middle().y };
    const places = placesBeside(start, fresh.length, right, taken);
    return fresh.map((shape, n) => nodeElement(shape, this.words, places[n] ?? start));
  }

  private addElements(words: string, elements: ElementDefinition[], shapes: Shapes): void {
    const ids = elements.map((element) => String(element.data.id));
    const edges = shapes.edges.map((edge) => edgeElement(edge, this.words));
    const there = (id: unknown): boolean => this.cy.getElementById(String(id)).nonempty();
    const fresh = edges.filter((edge) => !there(edge.data.id));
    if (!ids.length && !fresh.length) return;
    const drawable = (edge: ElementDefinition): boolean => there(edge.data.source) && there(edge.data.target);
    const apply = (): void => {
      this.cy.batch(() => {
        this.cy.add(elements.filter((element) => !there(element.data.id)));
        this.cy.add(fresh.filter((edge) => drawable(edge) && !there(edge.data.id)));
        suit(this.cy);
      });
    };
    const revert = (): void => {
      this.byIds([...ids, ...fresh.map((edge) => String(edge.data.id))]).remove();
    };
    this.history.run(step(words, apply, revert, ids));
  }

  private restore(kept: ElementDefinition[]): void {
    this.cy.batch(() => {
      this.cy.add(kept.filter((one) => one.group === "nodes"));
      this.cy.add(kept.filter((one) => one.group === "edges"));
    });
  }

  private toggle(words: string, ids: string[], name: string, on: boolean): void {
    const set = (value: boolean) => () => {
      this.byIds(ids).toggleClass(name, value);
      this.changed();
    };
    this.history.run(step(words, set(on), set(!on)));
  }

  private change(words: string, nodes: NodeCollection, field: string, value: string): void {
    const before = new Map(nodes.map((node) => [node.id(), String(node.data(field) ?? "")]));
    const set = (id: string, text: string): void => {
      const node = this.cy.getElementById(id);
      node.data(field, text);
      this.dress(node);
    };
    const apply = (): void => before.forEach((_old, id) => set(id, value));
    const revert = (): void => before.forEach((old, id) => set(id, old));
    if (before.size) this.history.run(step(words, apply, revert));
  }

  private keepMove(from: Map<string, Place>): void {
    const to = new Map([...from.keys()].map((id) => [id, { ...this.cy.getElementById(id).position() }]));
    const put = (places: Map<string, Place>) => (): void => {
      places.forEach((place, id) => {
        const node = this.cy.getElementById(id);
        if (!node.isParent()) node.position({ ...place });
      });
    };
    this.history.keep(step(say("moved"), put(to), put(from)));
  }
}
