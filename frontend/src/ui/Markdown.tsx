import { memo, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import { readGfm } from "./gfm";

function Heading({ children }: { children?: ReactNode }) {
  return <p className="lw-heading">{children}</p>;
}

/** Headings lose their level, so that a model cannot redraw the page's outline; images are never fetched. */
const components: Components = {
  h1: Heading,
  h2: Heading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
  img: ({ alt }) => <span>[{alt || "image"}]</span>,
  input: ({ checked }) => <span>{checked ? "\u2611 " : "\u2610 "}</span>,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
};

/** The only renderer of text that a model or a user wrote: raw HTML is dropped, the rest sanitized. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="lw-text">
      <ReactMarkdown remarkPlugins={[readGfm]} rehypePlugins={[rehypeSanitize]} components={components} skipHtml>
        {text}
      </ReactMarkdown>
    </div>
  );
});
