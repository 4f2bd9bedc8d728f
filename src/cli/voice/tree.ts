/** A line of a tree, and what hangs on it. */
export interface Branch {
  readonly text: string;
  readonly children?: readonly Branch[];
}

/** The tree as notation draws it, one line each. */
export function drawTree({ text, children = [] }: Branch): string {
  return `${text}\n${drawChildren(children, '')}`;
}

function drawChildren(children: readonly Branch[], indent: string): string {
  return children.map((child, index) => drawChild(child, indent, index === children.length - 1)).join('');
}

function drawChild({ text, children = [] }: Branch, indent: string, isLast: boolean): string {
  const [item, below] = isLast ? ['└── ', '    '] : ['├── ', '│   '];
  return `${indent}${item}${text}\n${drawChildren(children, `${indent}${below}`)}`;
}
