/** A question, or one criterion or label of it, as it is called wherever figures about it stand. */
export const nameOf = (one: { question_id: string | null; aspect: string | null; aspect_name: string }) =>
  one.aspect ? `${one.question_id ?? ""} \u00b7 ${one.aspect_name}` : (one.question_id ?? "");
