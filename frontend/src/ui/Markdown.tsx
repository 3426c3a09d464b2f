import { Component, lazy, memo, type ReactNode, Suspense } from "react";
import type { Located } from "./located";
import { PlainText } from "./PlainText";

const load = () => import("./MarkdownBody");
const Body = lazy(load);

/** Asks for the renderer before the first text is there, so that the two arrive together. */
export const prepareMarkdown = () => void load().catch(() => undefined);

/** Longer texts are shown as written: reading them as Markdown would hold up the page. */
const LONGEST = 40_000;
/** Deeper nesting, or more marks in one run, is nothing that a person wrote to be read. */
const KNOTTED = /^[ \t]*(?:(?:>|[-*+]|\d+[.)])[ \t]*){40}|[[*_~`!<&|\\]{400}/m;

/** Shows the text plainly where rendering it fails, or its renderer cannot be had. */
class Otherwise extends Component<{ text: string; located?: Located; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: { text: string }) {
    if (before.text !== this.props.text && this.state.failed) this.setState({ failed: false });
  }

  override render() {
    return this.state.failed ? <PlainText text={this.props.text} located={this.props.located} /> : this.props.children;
  }
}

/** The only way to show text that a model or a user wrote. */
export const Markdown = memo(function Markdown({ text, located }: { text: string; located?: Located }) {
  const plain = <PlainText key={text.slice(0, 100)} text={text} located={located} />;
  return (
    <div className="lw-text">
      {text.length > LONGEST || KNOTTED.test(text) ? plain : (
        <Otherwise text={text} located={located}><Suspense fallback={plain}><Body text={text} located={located} /></Suspense></Otherwise>
      )}
    </div>
  );
});
