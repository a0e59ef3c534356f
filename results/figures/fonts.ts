/**
 * The fonts of figures, as files.
 *
 * @module
 */

export {
  default as regular,
} from "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf" with {
  type: "bytes",
};
export {
  default as semiBold,
} from "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf" with {
  type: "bytes",
};
