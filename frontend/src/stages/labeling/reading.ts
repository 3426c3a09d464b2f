import { createContext, useContext } from "react";

/** Whether long texts stand at their full height; one choice for the prompt and every answer of the item in view. */
export const Reading = createContext({ whole: false, onWhole: () => undefined as void });
export const useReading = () => useContext(Reading);
