// What one tab remembers over a reload, what lets it in, and the width at which the panel has its own column.

export const memory = {
  get: (name: string): string => sessionStorage.getItem(name) ?? "",
  set: (name: string, value: string): void => sessionStorage.setItem(name, value),
};

export const token = (): string => new URLSearchParams(location.search).get("token") ?? "";

export const wide = (): boolean => window.matchMedia("(min-width: 1100px)").matches;
