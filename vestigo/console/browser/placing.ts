// SPDX-License-Identifier: AGPL-3.0-or-later
// Where new things go: into free places, money from left to right; nothing that stands is moved.

export interface Place {
  x: number;
  y: number;
}

export const COLUMN = 260;
export const ROW = 62;
const ROWS = 25;

/** The places that are taken, in cells of half a column and one row. */
export class Taken {
  private readonly cells = new Set<string>();

  constructor(places: Iterable<Place>) {
    for (const place of places) this.take(place);
  }

  take(place: Place): void {
    this.cells.add(cell(place));
  }

  isFree(place: Place): boolean {
    for (const aside of [-1, 0, 1]) {
      if (this.cells.has(cell({ x: place.x + (aside * COLUMN) / 2, y: place.y }))) return false;
    }
    return true;
  }
}

/** Return a place for each of `n` new things beside `from`: on the right, or on the left. */
export function placesBeside(from: Place, n: number, right: boolean, taken: Taken): Place[] {
  const found: Place[] = [];
  const step = right ? COLUMN : -COLUMN;
  for (let column = 1; found.length < n; column += 1) {
    for (let row = 0; row < ROWS && found.length < n; row += 1) {
      const aside = row % 2 ? (row + 1) / 2 : -row / 2;
      const place = { x: from.x + step * column, y: from.y + aside * ROW };
      if (taken.isFree(place)) {
        taken.take(place);
        found.push(place);
      }
    }
  }
  return found;
}

function cell(place: Place): string {
  return `${Math.round((place.x * 2) / COLUMN)}:${Math.round(place.y / ROW)}`;
}
