// Light or dark: as the system is, until one says otherwise.
import { useEffect, useState } from "react";

type Theme = "light" | "dark";
const KEY = "theme";

export function useTheme(): [Theme, () => void] {
  const [system, setSystem] = useState<Theme>(systemTheme());
  const [own, setOwn] = useState(localStorage.getItem(KEY) as Theme | null);
  useEffect(() => {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const listen = () => setSystem(systemTheme());
    query.addEventListener("change", listen);
    return () => query.removeEventListener("change", listen);
  }, []);
  const theme = own ?? system;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem(KEY, next);
    setOwn(next);
  };
  return [theme, toggle];
}

const systemTheme = (): Theme => (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
