// SPDX-License-Identifier: AGPL-3.0-or-later
// The canvas by keyboard: arrows go from a thing to the next one on that side.
import type { Core, NodeSingular } from "cytoscape";
import { isShown, nodesIn, seen } from "./canvas";

const SIDES: Record<string, [x: number, y: number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

/** Return where an arrow key leads from a thing: a neighbour on that side, else what is nearest. */
export function stepTo(cy: Core, from: NodeSingular, key: string): NodeSingular | undefined {
  const side = SIDES[key];
  if (side === undefined) return undefined;
  const near = nodesIn(from.neighborhood("node")).filter((node) => isShown(node) && !node.isParent());
  return nearest(from, near, side) ?? nearest(from, nodesIn(seen(cy)), side);
}

export function isArrow(key: string): boolean {
  return key in SIDES;
}

function nearest(from: NodeSingular, among: NodeSingular[], [x, y]: [number, number]): NodeSingular | undefined {
  let best: NodeSingular | undefined;
  let least = Infinity;
  const at = from.position();
  for (const node of among) {
    const to = node.position();
    const along = (to.x - at.x) * x + (to.y - at.y) * y;
    const aside = Math.abs((to.x - at.x) * y) + Math.abs((to.y - at.y) * x);
    if (node.id() === from.id() || along <= 0 || aside > 3 * along) continue;
    if (along + 2 * aside < least) {
      least = along + 2 * aside;
      best = node;
    }
  }
  return best;
}
