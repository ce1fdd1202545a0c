// The part of the citation parser that tests of formats use; the package brings no types.
declare module '@citation-js/core' {
  export const plugins: {
    readonly input: { chain(data: string, options: { readonly generateGraph: boolean }): readonly unknown[] };
  };
}
declare module '@citation-js/plugin-bibtex';
declare module '@citation-js/plugin-ris';
