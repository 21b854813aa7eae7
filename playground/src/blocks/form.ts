// The form around a modal's inputs.
import { createContext } from "react";

export type Form = { errors: { [block: string]: string }; forgive: (block: string) => void; submit: () => void };

export const FormContext = createContext<Form | null>(null);
