/** A header's name: a token (RFC 9110, section 5.6.2). */
export const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** A text that can stand in a header's line without beginning another one. */
export const oneLinePattern = /^[^\r\n\0]*$/;
