import { assert, assertEquals } from "@std/assert";
import {
  collectMetrics,
  findDirection,
} from "../../../results/compare/metrics.ts";
import type { StoredRun } from "../../../results/database/run_database.ts";

const NAMES: [name: string, direction: string | undefined][] = [
  ["loss/held-out", "lower"],
  ["validationLoss", "lower"],
  ["sliced-wasserstein-distance", "lower"],
  ["time/epoch", "lower"],
  ["training_time", "lower"],
  ["mmd2", "lower"],
  ["test_accuracy", "higher"],
  ["F1", "higher"],
  ["BLEUScore", "higher"],
  ["score", "higher"],
  ["score/error", "lower"],
  ["brier_score", "lower"],
  ["negative_log_likelihood", "lower"],
  ["minus_log_likelihood", "lower"],
  ["neg_log_loss", "higher"],
  ["negMeanSquaredError", "higher"],
  ["sampling", undefined],
  ["glossary", undefined], // The word alone, not a part of one.
  ["quality_score", undefined],
  ["error/recall", undefined],
  ["loss/negative", undefined], // The part of a loss, perhaps.
  ["non_negative_loss", undefined],
  ["signal_to_noise", undefined],
  ["time_to_accuracy", undefined],
  ["samples_per_second", undefined],
  ["accuracy_drop", undefined],
  ["loss_std", undefined],
  ["brier_skill_score", undefined],
];

Deno.test("findDirection() guesses by the words of a name if they leave no doubt", () => {
  for (const [name, direction] of NAMES) {
    assertEquals(findDirection(name), direction, name);
  }
});

/** Metrics of scikit-learn 1.6, torchmetrics 1.6 and Keras 3 by direction. */
const TRUTH = {
  lower: `
    brier_score_loss hamming_loss hinge_loss log_loss zero_one_loss max_error
    mean_absolute_error mean_squared_error mean_squared_log_error
    root_mean_squared_log_error median_absolute_error mean_pinball_loss
    mean_absolute_percentage_error mean_poisson_deviance mean_tweedie_deviance
    negative_likelihood_ratio coverage_error label_ranking_loss
    davies_bouldin_score
    CalibrationError HammingDistance HingeLoss KLDivergence LogCoshError
    JensenShannonDivergence MinkowskiDistance NormalizedRootMeanSquaredError
    RelativeSquaredError SymmetricMeanAbsolutePercentageError
    TweedieDevianceScore ContinuousRankedProbabilityScore HausdorffDistance
    ErrorRelativeGlobalDimensionlessSynthesis FrechetInceptionDistance
    KernelInceptionDistance LearnedPerceptualImagePatchSimilarity
    PerceptualPathLength RelativeAverageSpectralError SpectralAngleMapper
    SpectralDistortionIndex TotalVariation CharErrorRate EditDistance
    ExtendedEditDistance MatchErrorRate Perplexity TranslationEditRate
    WordErrorRate WordInfoLost ProcrustesDisparity RetrievalFallOut
    RootMeanSquaredErrorUsingSlidingWindow
    FalseNegatives FalsePositives BinaryCrossentropy CategoricalHinge Hinge
    Poisson SquaredHinge sparse_categorical_crossentropy kl_divergence logcosh
    mean_squared_logarithmic_error root_mean_squared_error val_loss`,
  higher: `
    accuracy balanced_accuracy top_k_accuracy average_precision roc_auc
    roc_auc_ovr_weighted f1 f1_micro precision recall_macro jaccard
    neg_brier_score neg_log_loss neg_max_error neg_mean_absolute_error
    neg_mean_squared_error neg_root_mean_squared_log_error
    neg_median_absolute_error neg_mean_poisson_deviance
    neg_mean_gamma_deviance neg_mean_absolute_percentage_error
    neg_negative_likelihood_ratio positive_likelihood_ratio r2
    explained_variance matthews_corrcoef cohen_kappa_score
    d2_absolute_error_score d2_brier_score d2_log_loss_score d2_pinball_score
    d2_tweedie_score dcg_score ndcg_score label_ranking_average_precision_score
    adjusted_mutual_info_score adjusted_rand_score completeness_score
    fowlkes_mallows_score homogeneity_score v_measure_score silhouette_score
    calinski_harabasz_score
    BinaryAUROC BinaryF1Score FBetaScore LogAUC NegativePredictiveValue
    Specificity SensitivityAtSpecificity PrecisionAtFixedRecall
    CriticalSuccessIndex ConcordanceCorrCoef CosineSimilarity
    ExplainedVariance R2Score PeakSignalNoiseRatio InceptionScore
    StructuralSimilarityIndexMeasure VisualInformationFidelity
    MultiScaleStructuralSimilarityIndexMeasure MeanAveragePrecision
    GeneralizedDiceScore DiceScore MeanIoU PanopticQuality
    RetrievalMRR RetrievalNormalizedDCG RetrievalRPrecision RetrievalHitRate
    BLEUScore SacreBLEUScore ROUGEScore CHRFScore BERTScore WordInfoPreserved
    ShortTimeObjectiveIntelligibility SignalNoiseRatio
    ScaleInvariantSignalDistortionRatio PerceptualEvaluationSpeechQuality
    DunnIndex
    TrueNegatives TruePositives AUC mean_io_u sparse_top_k_categorical_accuracy
    recall_at_precision fbeta_score r2_score cosine_similarity`,
};

Deno.test("findDirection() is never wrong about metrics of scikit-learn, torchmetrics and Keras", () => {
  const found = Object.entries(TRUTH).flatMap(([truth, names]) =>
    names.trim().split(/\s+/).map((name) => {
      const guess = findDirection(name);
      if (guess !== undefined) assertEquals(guess, truth, name);
      return guess;
    })
  );
  const nKnown = found.filter((guess) => guess !== undefined).length;
  // Caution has its price, but most names do say it.
  assert(nKnown > 0.55 * found.length, `${nKnown} of ${found.length}`);
});

Deno.test("findDirection() prefers the user's options to all else", () => {
  assertEquals(
    findDirection("loss/x", { higherIsBetter: ["loss/*"] }),
    "higher",
  );
  assertEquals(findDirection("sampling", { lowerIsBetter: ["s*"] }), "lower");
});

Deno.test("findDirection() prefers the experiment's declaration to the name", () => {
  assertEquals(findDirection("loss", {}, { better: "higher" }), "higher");
  const options = { lowerIsBetter: ["loss"] };
  assertEquals(findDirection("loss", options, { better: "higher" }), "lower");
});

Deno.test("collectMetrics() takes the newest declaration of each metric", () => {
  const run = (metrics?: object) =>
    ({ info: metrics ? { metrics } : {} }) as unknown as StoredRun;
  const metrics = collectMetrics([
    run({ a: { better: "lower" }, b: { unit: "s" } }),
    run({ a: { better: "higher" } }),
    run(),
  ]);
  assertEquals([...metrics], [["a", { better: "higher" }], ["b", {
    unit: "s",
  }]]);
});
