// One file of HTML that holds all: `kette --report` puts its data in and is done.
import { defineConfig } from "vite";

/** Scripts and styles into the page, in place of the elements that point to them. */
function oneFile() {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      for (const [name, part] of Object.entries(bundle)) {
        if (part === page) continue;
        const isScript = part.type === "chunk";
        const text = String(isScript ? part.code : part.source).trim().replaceAll("</script", "<\\/script");
        const element = new RegExp(isScript ? `<script[^>]*${name}[^>]*></script>` : `<link[^>]*${name}[^>]*>`);
        if (!element.test(page.source)) throw new Error(`index.html does not load ${name}`);
        page.source = page.source.replace(element, () =>
          isScript ? `<script type="module">${text}</script>` : `<style>${text}</style>`);
        delete bundle[name];
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [oneFile()],
  build: { outDir: "built", target: "es2020", modulePreload: false, cssCodeSplit: false, assetsInlineLimit: 1e9,
           reportCompressedSize: false },
});
