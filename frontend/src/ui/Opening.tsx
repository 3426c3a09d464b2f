/** Stands for a dialog whose code is still on its way: keys pressed now are meant for it, not for the page. */
export const Opening = () => <span data-dialog hidden />;
