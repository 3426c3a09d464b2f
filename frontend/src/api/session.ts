let staying = false;

/** While somebody has work in view, an ended session is said on the page; nobody is led away from it. Returns the way back. */
export function stayWhenSignedOut(stay: boolean): () => void {
  staying = stay;
  return () => {
    staying = false;
  };
}

export const staysWhenSignedOut = () => staying;
