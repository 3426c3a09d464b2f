export function GuidelinesPage() { return null; }
