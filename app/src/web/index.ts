// The pages of the site.

export { createPages, type PagesOptions } from './routes.tsx';
