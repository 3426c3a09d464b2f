import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/loopwright/static",
    emptyOutDir: true,
    // Lightning CSS rewrites light-dark() for older targets and loses Mantine's colours.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 750,
    manifest: true,
    // What the first page needs is one file: it compresses better than thirty small ones, and comes in one request.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8321" } },
});
