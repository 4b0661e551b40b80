using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Grpo.Rollouts;

namespace Grpo.Engines.Onnx.Parameters;

/// <summary>A weight file mapped into memory: its pages are read when they are used, and belong to the system's file cache.</summary>
internal sealed class MappedFile : SafeHandle
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private unsafe MappedFile(MemoryMappedFile file, long length) : base(0, ownsHandle: true)
    {
        (_file, Length) = (file, length);
        _view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* address = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        SetHandle((nint)address);
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>The first byte.</summary>
    public nint Address => handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Maps a file.</summary>
    /// <exception cref="ModelLoadException">It is not there, or empty, or cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length == 0) throw new ModelLoadException($"The weight file '{path}' is empty.");
            return new MappedFile(MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read), length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"ONNX Runtime cannot load the model: the weight file '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        return true;
    }
}
