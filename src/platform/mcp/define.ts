/** The public API for tool, resource and prompt files. */
export { acceptedContent, inputRequired, ResourceNotFoundError } from '@modelcontextprotocol/server';
export type { Complete } from './completions.js';
export type { Attach } from './content.js';
export type { HandlerContext, ToolContext } from './context.js';
export { definePrompt, type Prompt } from './define-prompt.js';
export { defineResource, defineResourceTemplate, type Resource } from './define-resource.js';
export { defineTool, structured, type Tool } from './define-tool.js';
export { ToolError, toolError } from './failures.js';
export { type MediaItem, mediaOutputSchema, mediaResult } from './media.js';
