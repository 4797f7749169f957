// SPDX-License-Identifier: AGPL-3.0-or-later
// Many things folded into one, which stands for them with its lines, and opened again.
import type { Core, ElementDefinition, NodeSingular } from "cytoscape";
import type { EdgeShape, NodeShape, Ref, Words } from "./asking";
import { GROUP, edgesIn, idOf, isShown, nodeElement, nodesIn, shapeOf } from "./canvas";
import { counted } from "./figures";
import type { Place } from "./placing";

/** Return the ids that a thing stands for, none where it stands for itself. */
export function insideOf(node: NodeSingular): string[] {
  return (node.data("inside") as string[] | undefined) ?? [];
}

/** Return what stands for some things: one node in their middle, one line a neighbour. */
export function standIn(cy: Core, ids: string[], name: string, words: Words): ElementDefinition[] {
  const inside = nodesIn(cy.nodes()).filter((node) => ids.includes(node.id()));
  const ref: Ref = [GROUP, `folded ${ids.toSorted().join(" ")}`];
  const shape: NodeShape = { ref, name, short: name, standing: "", sat: 0, at: null, url: "", fields: {} };
  const element = nodeElement(shape, words, middle(inside.map((node) => node.position())));
  element.data = { ...element.data, shown: name, inside: ids };
  element.classes = GROUP;
  return [element, ...lines(inside, new Set(ids), ref)];
}

function lines(inside: NodeSingular[], ids: Set<string>, ref: Ref): ElementDefinition[] {
  const found = new Map<string, { other: NodeSingular; out: boolean; n: number }>();
  for (const node of inside) {
    for (const edge of edgesIn(node.connectedEdges()).filter(isShown)) {
      const out = edge.source().id() === node.id();
      const other = out ? edge.target() : edge.source();
      if (ids.has(other.id()) || !isShown(other)) continue;
      const key = `${out ? ">" : "<"}${other.id()}`;
      const known = found.get(key) ?? { other, out, n: 0 };
      known.n += Math.max(1, (edge.data("edge") as EdgeShape | undefined)?.n ?? 1);
      found.set(key, known);
    }
  }
  return [...found].map(([key, one]) => line(ref, key, one));
}

function line(ref: Ref, key: string, one: { other: NodeSingular; out: boolean; n: number }): ElementDefinition {
  const other = shapeOf(one.other).ref;
  const [source, target] = one.out ? [ref, other] : [other, ref];
  const edge: EdgeShape = { source, target, kind: "", tier: "", n: one.n, first: null, last: null,
    sat: 0, rule: "", confidence: "", record: "" };
  const ends = { source: one.out ? idOf(ref) : one.other.id(), target: one.out ? one.other.id() : idOf(ref) };
  return { group: "edges", data: { id: `${idOf(ref)} ${key}`, ...ends, edge, width: 3, shown: `× ${counted(one.n)}` } };
}

function middle(places: Place[]): Place {
  const sum = places.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }), { x: 0, y: 0 });
  const n = Math.max(1, places.length);
  return { x: Math.round(sum.x / n), y: Math.round(sum.y / n) };
}
