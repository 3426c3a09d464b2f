import { type ComponentProps, type ElementType, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import { readGfm } from "./gfm";
import { hiddenIn } from "./hidden";
import { type Located, placesIn, type Run, runsOf } from "./located";

interface TreeNode {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: TreeNode[];
}

/** Raw HTML is text like any other: who judges sees what was written, and nothing of it is an element. */
function rawAsText() {
  const walk = (node: TreeNode, top: boolean) => {
    node.children = node.children?.map((child) => {
      if (child.type !== "raw") {
        walk(child, false);
        return child;
      }
      const text: TreeNode = { type: "text", value: child.value };
      return top ? { type: "element", tagName: "p", properties: {}, children: [text] } : text;
    });
  };
  return (tree: TreeNode) => walk(tree, true);
}

interface Positioned extends TreeNode {
  position?: { start: { offset?: number }; end: { offset?: number } };
}

/** Says of every piece of text where it stands in what was written, and marks what is marked there. */
function locate({ text, base, marks }: Located & { text: string }) {
  const pieces = (value: string, from: number, to: number): TreeNode[] => {
    const places = placesIn(value, text.slice(from, to));
    const found: TreeNode[] = [];
    let start = 0;
    for (let index = 1; index <= value.length; index += 1) {
      if (index < value.length && places[index] === places[index - 1]! + 1) continue;
      found.push(...runsOf(value.slice(start, index), base + from + places[start]!, marks).map(elementOf));
      start = index;
    }
    return found;
  };
  const walk = (node: Positioned, from: number, to: number) => {
    node.children = node.children?.flatMap((child: Positioned): TreeNode[] => {
      const [start, end] = [child.position?.start.offset ?? from, child.position?.end.offset ?? to];
      if (child.type === "text" && child.value && (child.position || child.value.trim() !== "")) return pieces(child.value, start, end);
      walk(child, start, end);
      return [child];
    });
  };
  return (tree: TreeNode) => walk(tree, 0, text.length);
}

const elementOf = ({ text, at, to, title }: Run): TreeNode => ({
  type: "element",
  tagName: title ? "mark" : "span",
  properties: { dataAt: String(at), dataTo: String(to), ...(title ? { className: ["lw-flagged"], title } : {}) },
  children: [{ type: "text", value: text }],
});

/** Puts the name of each hidden character where it stood. */
function nameHidden() {
  const walk = (node: TreeNode) => {
    node.children = node.children?.flatMap((child) => {
      const pieces = child.type === "text" ? hiddenIn(child.value ?? "") : null;
      if (!pieces) {
        walk(child);
        return [child];
      }
      return pieces.map((piece): TreeNode =>
        typeof piece === "string"
          ? { type: "text", value: piece }
          : { type: "element", tagName: "span", properties: { className: ["lw-hidden"] }, children: [{ type: "text", value: piece.name }] },
      );
    });
  };
  return walk;
}

/** Scrolls sideways by itself; reachable by keyboard where there is something to scroll to. */
function Sideways({ children, what, as: Tag = "div" }: { children?: ReactNode; what: string; as?: "div" | "pre" }) {
  const box = useRef<HTMLElement>(null);
  const [wide, setWide] = useState(false);
  useLayoutEffect(() => {
    const now = box.current;
    if (now) setWide(now.scrollWidth > now.clientWidth + 1);
  }, [children]);
  const reached = wide ? { tabIndex: 0, role: "region", "aria-label": what } : {};
  return <Tag ref={box as never} className="lw-scroll" dir={Tag === "pre" ? "ltr" : undefined} {...reached}>{children}</Tag>;
}

/** Each block finds its own direction: an Arabic paragraph in an English answer reads from the right. */
function directed<Tag extends ElementType>(tag: Tag) {
  return function Directed({ node, ...rest }: ComponentProps<Tag> & { node?: unknown }) {
    const Block: ElementType = tag;
    return <Block dir="auto" {...rest} />;
  };
}

/** Headings lose their level, so that a model cannot redraw the page's outline. */
function Heading({ children }: { children?: ReactNode }) {
  return <p className="lw-heading" dir="auto">{children}</p>;
}

function Code({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return <Sideways as="pre" what={t("text.code")}>{children}</Sideways>;
}

function Table({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return <Sideways what={t("text.table")}><table>{children}</table></Sideways>;
}

const components: Components = {
  h1: Heading, h2: Heading, h3: Heading, h4: Heading, h5: Heading, h6: Heading,
  p: directed("p"), ul: directed("ul"), ol: directed("ol"), blockquote: directed("blockquote"), td: directed("td"), th: directed("th"),
  pre: Code,
  table: Table,
  // Images are never fetched: asking for one would tell its server who reads what.
  img: ({ alt }) => <span>[{alt || "image"}]</span>,
  input: ({ checked }) => <span>{checked ? "\u2611 " : "\u2610 "}</span>,
  a: ({ href, children }) => <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">{children}</a>,
};

/** Sanitized before anything of it is drawn. */
export default function MarkdownBody({ text, located }: { text: string; located?: Located }) {
  const locating = located ? [[() => locate({ text, ...located })] as never] : [];
  return (
    <ReactMarkdown remarkPlugins={[readGfm]} rehypePlugins={[rawAsText as never, rehypeSanitize, ...locating, nameHidden as never]} components={components}>
      {text}
    </ReactMarkdown>
  );
}
