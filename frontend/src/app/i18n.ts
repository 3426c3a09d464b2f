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

export { i18next };
