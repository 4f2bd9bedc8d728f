// Which changes would take a check away: found in the syntax of a file, so that a new check is found without being listed.
import { type Node, type PropertyAssignment, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import {
  isArrayLiteralExpression,
  isArrowFunction,
  isAwaitExpression,
  isBinaryExpression,
  isBlock,
  isCallExpression,
  isCaseClause,
  isCatchClause,
  isConditionalExpression,
  isExpressionStatement,
  isFunctionDeclaration,
  isIdentifier,
  isIfStatement,
  isInterfaceDeclaration,
  isNewExpression,
  isObjectLiteralExpression,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isReturnStatement,
  isSpreadAssignment,
  isTemplateExpression,
  isThrowStatement,
  isTypeAliasDeclaration,
  isTypeNode,
  isVariableStatement,
} from 'typescript/unstable/ast/is';

/** One change of a source text. */
export interface Change {
  /** Offsets of what is replaced. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A change that a test must notice. */
export interface Mutation extends Change {
  /** From the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** What is replaced, on one line. */
  readonly before: string;
  /** What replaces it, on one line. */
  readonly after: string;
}

/** Every mutation of a file. */
export function mutationsOf(file: string, source: SourceFile): readonly Mutation[] {
  const changes = [...findChanges(source, source), ...findSwaps(source)];
  const seen = new Set<string>();
  return changes
    .filter(({ start, end, text }) => {
      const key = `${start} ${end} ${text}`;
      return source.text.slice(start, end) !== text && !seen.has(key) && seen.add(key);
    })
    .map((change) => ({
      ...change,
      file,
      line: source.text.slice(0, change.start).split('\n').length,
      before: oneLine(source.text.slice(change.start, change.end)),
      after: oneLine(change.text),
    }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

// Not looked at: types, and the words of messages.
function findChanges(node: Node, source: SourceFile): readonly Change[] {
  if (isTypeNode(node) || isTypeAliasDeclaration(node) || isInterfaceDeclaration(node) || isTemplateExpression(node)) return [];
  const own = rules.flatMap((rule) => rule(node, source));
  return isThrowStatement(node) || isMadeError(node) ? own : [...own, ...childrenOf(node).flatMap((child) => findChanges(child, source))];
}

function isMadeError(node: Node): boolean {
  return isNewExpression(node) && isIdentifier(node.expression) && node.expression.text.endsWith('Error');
}

type Rule = (node: Node, source: SourceFile) => readonly Change[];

const rules: readonly Rule[] = [
  condition,
  droppedThrow,
  droppedCall,
  droppedOperand,
  movedBoundary,
  forcedAnswer,
  droppedElement,
  otherQuantifier,
  unreachedCase,
  uncaught,
];

/** `if (x)` and `x ? a : b`, always and never. */
function condition(node: Node, source: SourceFile): readonly Change[] {
  if (isIfStatement(node)) return isRethrow(node) ? [] : forced(node.expression, source);
  if (isConditionalExpression(node) && !(isWords(node.whenTrue) && isWords(node.whenFalse))) return forced(node.condition, source);
  return [];
}

/** `if (!(error instanceof NotationError)) throw error;` lets bugs pass, which no test can make. */
function isRethrow({
  expression,
  thenStatement,
  elseStatement,
}: Node & { expression: Node; thenStatement: Node; elseStatement?: Node }): boolean {
  return !elseStatement && isThrowStatement(thenStatement) && isIdentifier(thenStatement.expression) && negatesInstanceof(expression);
}

function negatesInstanceof(node: Node): boolean {
  const inner = node.kind === SyntaxKind.PrefixUnaryExpression ? childrenOf(node)[0] : undefined;
  const test = inner && isParenthesizedExpression(inner) ? inner.expression : undefined;
  return test !== undefined && isBinaryExpression(test) && test.operatorToken.kind === SyntaxKind.InstanceOfKeyword;
}

function isWords(node: Node): boolean {
  if (isParenthesizedExpression(node)) return isWords(node.expression);
  if (isConditionalExpression(node)) return isWords(node.whenTrue) && isWords(node.whenFalse);
  return isTemplateExpression(node) || node.kind === SyntaxKind.StringLiteral || node.kind === SyntaxKind.NoSubstitutionTemplateLiteral;
}

/** A throw that is all of an `if` goes with its condition. */
function droppedThrow(node: Node, source: SourceFile): readonly Change[] {
  if (!isThrowStatement(node) || isGuarded(node)) return [];
  return [replace(node, source, ';')];
}

function isGuarded(node: Node): boolean {
  const { parent } = node;
  return isIfStatement(parent) || (isBlock(parent) && parent.statements.length === 1 && isIfStatement(parent.parent));
}

/** A call for nothing but what it does, as a check does its throwing. */
function droppedCall(node: Node, source: SourceFile): readonly Change[] {
  if (!isExpressionStatement(node)) return [];
  const called = isAwaitExpression(node.expression) ? node.expression.expression : node.expression;
  return isCallExpression(called) ? [replace(node, source, ';')] : [];
}

const joining: readonly SyntaxKind[] = [SyntaxKind.AmpersandAmpersandToken, SyntaxKind.BarBarToken, SyntaxKind.QuestionQuestionToken];

/** `a && b && c` without each of its operands. */
function droppedOperand(node: Node, source: SourceFile): readonly Change[] {
  if (!isBinaryExpression(node) || !joining.includes(node.operatorToken.kind)) return [];
  const { left, right, operatorToken } = node;
  if (operatorToken.kind !== SyntaxKind.AmpersandAmpersandToken && isWords(right)) return [];
  const chained = (isBinaryExpression(left) && left.operatorToken.kind === operatorToken.kind) || isOptionalMember(node);
  const withoutLeft = replace(node, source, textOf(right, source));
  const withoutRight = replace(node, source, textOf(left, source));
  return chained ? [withoutRight] : [withoutRight, withoutLeft];
}

/** `...(x && { x })`: a member that is undefined is as good as one that is not there. */
function isOptionalMember({ right, parent }: Node & { readonly right: Node }): boolean {
  return isParenthesizedExpression(parent) && isSpreadAssignment(parent.parent) && isObjectLiteralExpression(right);
}

const boundaries: ReadonlyMap<SyntaxKind, string> = new Map([
  [SyntaxKind.LessThanToken, '<='],
  [SyntaxKind.LessThanEqualsToken, '<'],
  [SyntaxKind.GreaterThanToken, '>='],
  [SyntaxKind.GreaterThanEqualsToken, '>'],
]);

function movedBoundary(node: Node, source: SourceFile): readonly Change[] {
  if (!isBinaryExpression(node)) return [];
  const other = boundaries.get(node.operatorToken.kind);
  return other === undefined ? [] : [replacePart(node, node.operatorToken, source, other)];
}

/** What a function answers with yes or no: both, whatever it is asked. */
function forcedAnswer(node: Node, source: SourceFile): readonly Change[] {
  if (isArrowFunction(node) && !isBlock(node.body) && asksYesOrNo(node)) return forced(node.body, source);
  if (isReturnStatement(node) && node.expression && asksYesOrNo(functionAround(node))) return forced(node.expression, source);
  return [];
}

const askers = ['filter', 'find', 'findLast', 'findIndex', 'some', 'every'];

function asksYesOrNo(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ((isFunctionDeclaration(node) || isArrowFunction(node)) && node.type) return node.type.kind === SyntaxKind.BooleanKeyword;
  return isArrowFunction(node) && isCallExpression(node.parent) && askers.includes(methodOf(node.parent) ?? '');
}

function functionAround(node: Node): Node | undefined {
  for (let around = node.parent; around !== undefined; around = around.parent) {
    if (isFunctionDeclaration(around) || isArrowFunction(around)) return around;
  }
  return undefined;
}

/** Rows of tables, members of lists. */
function droppedElement(node: Node, source: SourceFile): readonly Change[] {
  if (!isArrayLiteralExpression(node)) return [];
  return node.elements.map((element) => {
    const start = element.getStart(source);
    const comma = /^\s*,/.exec(source.text.slice(element.end))?.[0].length ?? 0;
    return { start, end: element.end + comma, text: '' };
  });
}

const quantifiers: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
]);

function otherQuantifier(node: Node, source: SourceFile): readonly Change[] {
  if (!isCallExpression(node) || !isPropertyAccessExpression(node.expression)) return [];
  const other = quantifiers.get(node.expression.name.text);
  return other === undefined ? [] : [replacePart(node, node.expression.name, source, other)];
}

function unreachedCase(node: Node, source: SourceFile): readonly Change[] {
  return isCaseClause(node) && node.statements.length > 0 ? [replace(node.expression, source, 'Symbol()')] : [];
}

/** An error that is caught here and means something is not caught. */
function uncaught(node: Node, source: SourceFile): readonly Change[] {
  if (!isCatchClause(node)) return [];
  const declared = node.variableDeclaration;
  const start = node.getStart(source);
  const body = node.block.getStart(source) + 1;
  return [
    {
      start,
      end: body,
      text: declared ? `${source.text.slice(start, body)} throw ${textOf(declared, source)};` : 'catch (error) { throw error;',
    },
  ];
}

/** In a table at the top of a file: names and truths, each replaced by what a member of the same name is elsewhere in it. */
function findSwaps(source: SourceFile): readonly Change[] {
  return source.statements.filter(isVariableStatement).flatMap((statement) => {
    const members = membersOf(statement);
    return members.flatMap(({ name, initializer }) => {
      const [key, value] = [textOf(name, source), textOf(initializer, source)];
      const others = members.filter((one) => textOf(one.name, source) === key).map((one) => textOf(one.initializer, source));
      const other = others.find((one) => one !== value);
      return other === undefined ? [] : [replace(initializer, source, other)];
    });
  });
}

function membersOf(node: Node): readonly PropertyAssignment[] {
  if (isArrowFunction(node) || isCallExpression(node)) return [];
  if (!isPropertyAssignment(node)) return childrenOf(node).flatMap(membersOf);
  const { initializer } = node;
  const swappable = isIdentifier(initializer) || truths.includes(initializer.kind);
  return swappable ? [node] : membersOf(initializer);
}

const truths: readonly SyntaxKind[] = [SyntaxKind.TrueKeyword, SyntaxKind.FalseKeyword];

function methodOf(call: Node): string | undefined {
  return isCallExpression(call) && isPropertyAccessExpression(call.expression) ? call.expression.name.text : undefined;
}

function forced(node: Node, source: SourceFile): readonly Change[] {
  return [replace(node, source, 'false'), replace(node, source, 'true')];
}

function replace(node: Node, source: SourceFile, text: string): Change {
  return { start: node.getStart(source), end: node.end, text };
}

/** All of `node` with one part of it replaced, so that the report says where that is. */
function replacePart(node: Node, part: Node, source: SourceFile, text: string): Change {
  const start = node.getStart(source);
  return { start, end: node.end, text: source.text.slice(start, part.getStart(source)) + text + source.text.slice(part.end, node.end) };
}

function textOf(node: Node, source: SourceFile): string {
  return source.text.slice(node.getStart(source), node.end);
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  node.forEachChild((child) => {
    children.push(child);
  });
  return children;
}
