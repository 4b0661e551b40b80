using System.Numerics;

namespace Grpo.Losses.Terms;

/// <summary>The bound that a token's ratio met, which in the clipped surrogate takes its gradient away.</summary>
public enum TokenClip
{
    /// <summary>None.</summary>
    None,

    /// <summary>Ratio below 1 - epsilon at a negative advantage.</summary>
    Low,

    /// <summary>Ratio above 1 + epsilon_high at a positive advantage.</summary>
    High,

    /// <summary>Ratio above delta or dual_clip at a negative advantage.</summary>
    Delta,

    /// <summary>Picked by the loss type: clip_cov leaves the token out.</summary>
    Selected,
}

/// <summary>Bounds of several tokens, one per lane.</summary>
internal static class TokenClips
{
    /// <summary>High and low where the masks say so; they exclude each other.</summary>
    public static Vector<long> Of(Vector<long> high, Vector<long> low) => (high & Lanes(TokenClip.High)) | (low & Lanes(TokenClip.Low));

    /// <summary>The bound where the mask says so, what was there elsewhere.</summary>
    public static Vector<long> Or(this Vector<long> clips, TokenClip clip, Vector<long> where) => Vector.ConditionalSelect(where, Lanes(clip), clips);

    /// <summary>The value where no bound was met, 0 elsewhere.</summary>
    public static Vector<double> Keep(this Vector<long> clips, Vector<double> value) => Vector.ConditionalSelect(clips.Are(TokenClip.None), value, Vector<double>.Zero);

    /// <summary>Where that bound was met.</summary>
    public static Vector<long> Are(this Vector<long> clips, TokenClip clip) => Vector.Equals(clips, Lanes(clip));

    private static Vector<long> Lanes(TokenClip clip) => Vector.Create((long)clip);
}
