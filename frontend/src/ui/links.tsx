import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, forwardRef } from "react";

type Native<Own> = Own & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Own>;

/** Mantine's look with the router's typed addresses. */
export const TextLink = createLink(forwardRef<HTMLAnchorElement, Native<AnchorProps>>((props, ref) => <Anchor ref={ref} {...props} />));

export const ButtonLink = createLink(forwardRef<HTMLAnchorElement, Native<ButtonProps>>((props, ref) => <Button ref={ref} component="a" {...props} />));

/** One tab of a page whose tabs have addresses of their own. */
export const TabLink = createLink(forwardRef<HTMLAnchorElement, AnchorHTMLAttributes<HTMLAnchorElement>>((props, ref) => <a ref={ref} {...props} className="lw-tab" />));

export const PageLink = createLink(forwardRef<HTMLAnchorElement, Native<NavLinkProps>>((props, ref) => <NavLink ref={ref} component="a" {...props} />));
