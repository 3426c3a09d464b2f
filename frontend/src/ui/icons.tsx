interface IconProps {
  size?: number;
}

const icon = (path: string) =>
  function Icon({ size = 16 }: IconProps) {
    return (
      <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden focusable={false}>
        <path d={path} />
      </svg>
    );
  };

export const LoopIcon = icon("M18.5 8.5A7.5 7.5 0 1 0 19.6 14M19.6 4.5v4.6H15");
export const LabelIcon = icon("M4 5h7v14H4zM13 5h7v14h-7zM6.3 11.5l1.3 1.3 2-2.4");
export const PersonIcon = icon("M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20a7.5 7.5 0 0 1 15 0");
export const BookIcon = icon("M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11M9 8h6");
export const QualityIcon = icon("M4 20V4M4 20h16M8 15l3-4 3 2 5-7");
export const StackIcon = icon("M12 4l8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4");
export const TrainIcon = icon("M4 18c5 0 6-12 10-12 3 0 3 4 6 4M4 21h16");
export const ScaleIcon = icon("M12 4v16M7 20h10M5 8h14M5 8l-2.5 6h5zM19 8l-2.5 6h5z");
export const RocketIcon = icon("M12 3c4 3 5 8 3 13H9C7 11 8 6 12 3zM9 16l-3 4 5-1M15 16l3 4-5-1M12 9v.01");
export const GearIcon = icon("M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0");
export const SunIcon = icon("M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1M12 20v1M3 12h1M20 12h1M5.6 5.6l.7.7M17.7 17.7l.7.7M5.6 18.4l.7-.7M17.7 6.3l.7-.7");
export const MoonIcon = icon("M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z");
export const SearchIcon = icon("M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.5 15.5L20 20");
