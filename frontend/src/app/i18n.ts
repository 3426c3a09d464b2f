import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

/** One language today; a translation is one more object of the same shape. */
void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
});

/** A page that is loaded late, with the words that only such pages need. */
export async function worded<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded, { pages }] = await Promise.all([page, import("./en/pages")]);
  i18next.addResourceBundle("en", "translation", pages, true, true);
  return loaded;
}

/** The words of the questions' screens that are loaded late. */
export async function kindWords(): Promise<void> {
  const { kinds } = await import("./en/kinds");
  i18next.addResourceBundle("en", "translation", { kinds }, true, true);
}
