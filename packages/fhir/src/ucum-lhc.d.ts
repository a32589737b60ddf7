/** The two calls of @lhncbc/ucum-lhc that are used; the package ships no types. */
declare module '@lhncbc/ucum-lhc' {
  export interface ConvertResult {
    readonly status: 'succeeded' | 'failed' | 'error';
    readonly toVal: number | null;
  }
  export interface Utils {
    convertUnitTo(from: string, value: number, to: string, options?: { molecularWeight?: number }): ConvertResult;
  }
  const ucum: { readonly UcumLhcUtils: { getInstance(): Utils } };
  export default ucum;
}
