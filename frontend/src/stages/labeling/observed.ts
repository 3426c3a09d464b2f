/** A state that React follows by `useSyncExternalStore`: replaced as a whole, and told to who listens. */
export class Observed<State extends object> {
  private readonly listeners = new Set<() => void>();

  constructor(protected state: State) {}

  subscribe = (listener: () => void) => (this.listeners.add(listener), () => this.listeners.delete(listener));

  snapshot = () => this.state;

  protected set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }
}
