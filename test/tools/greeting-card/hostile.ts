/** A text with everything that has ever broken a page made from text. */
export const HOSTILE = `<img src=x onerror=alert(1)></script><script>alert(2)</script> " ' & &amp; $& $\` $' $1 {{username}}`;
