// SPDX-License-Identifier: AGPL-3.0-or-later
// What was done, so that it can be undone and done again.

export interface Step {
  words: string;
  isExpansion: boolean;
  apply(): void;
  revert(): void;
  /** The nodes that an expansion brought. */
  brought: string[];
}

/** Return a step; an expansion names what it brought. */
export function step(words: string, apply: () => void, revert: () => void, brought?: string[]): Step {
  return { words, apply, revert, isExpansion: brought !== undefined, brought: brought ?? [] };
}

export class History {
  private done: Step[] = [];
  private undone: Step[] = [];

  constructor(private readonly changed: () => void) {}

  /** Do a step; what was undone before cannot be done again after it. */
  run(one: Step): void {
    one.apply();
    this.done.push(one);
    this.undone = [];
    this.changed();
  }

  /** Keep a step that has happened already (a node that was dragged). */
  keep(one: Step): void {
    this.done.push(one);
    this.undone = [];
    this.changed();
  }

  undo(): Step | undefined {
    const one = this.done.pop();
    if (one === undefined) return undefined;
    one.revert();
    this.undone.push(one);
    this.changed();
    return one;
  }

  redo(): Step | undefined {
    const one = this.undone.pop();
    if (one === undefined) return undefined;
    one.apply();
    this.done.push(one);
    this.changed();
    return one;
  }

  /** Return what the last expansion brought that `there` still has. */
  lastBrought(there: (id: string) => boolean): string[] {
    for (const one of this.done.toReversed()) {
      const left = one.brought.filter(there);
      if (one.isExpansion && left.length) return left;
    }
    return [];
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  forget(): void {
    this.done = [];
    this.undone = [];
    this.changed();
  }
}
