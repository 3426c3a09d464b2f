import { useQuery } from "@tanstack/react-query";
import { list } from "../api/queries";

const FIRST_HUE = 250;
const GOLDEN_ANGLE = 137.508;

const hueOfText = (text: string) => [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 3600, 7) / 10;

const colour = (hue: number) => `light-dark(oklch(0.55 0.14 ${hue.toFixed(1)}), oklch(0.74 0.12 ${hue.toFixed(1)}))`;

/** The same colour for the same policy on every page: its place in the project's history of policies, not in the list shown. */
export function usePolicyColour(projectId: string): (name: string) => string {
  const policies = useQuery(list<{ name: string; created_at: number }>(projectId, "/policies"));
  const history = [...(policies.data ?? [])].sort((a, b) => a.created_at - b.created_at || a.name.localeCompare(b.name)).map((policy) => policy.name);
  return (name) => {
    const place = history.indexOf(name);
    return colour(place < 0 ? hueOfText(name) : (FIRST_HUE + place * GOLDEN_ANGLE) % 360);
  };
}
