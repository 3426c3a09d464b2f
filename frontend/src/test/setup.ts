import "@testing-library/jest-dom/vitest";
import "fake-indexeddb/auto";
import "../app/i18n";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// jsdom has none of these, and Mantine asks for them.
Object.defineProperty(window, "matchMedia", {
  value: (query: string) => ({ matches: false, media: query, addEventListener: vi.fn(), removeEventListener: vi.fn(), addListener: vi.fn(), removeListener: vi.fn() }),
});
Object.defineProperty(document, "fonts", { value: new EventTarget() });
Object.defineProperty(window, "scrollTo", { value: vi.fn() });
Element.prototype.scrollIntoView = vi.fn();
globalThis.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

// Patient rather than flaky on a busy machine.
configure({ asyncUtilTimeout: 15_000 });

afterEach(cleanup);
