using Grpo.OnnxRuntime.Tests.Models;

namespace Grpo.OnnxRuntime.Tests;

public sealed class InferenceSessionTests : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1 };

    public void Dispose() => _options.Dispose();

    [Fact]
    public void Runs_a_model_given_as_bytes()
    {
        using var session = new InferenceSession(TestModels.Linear, _options);
        Assert.Equal([19f, 32f], RunLinear(session, 1, 1, 1));
        Assert.Equal([10f, 20f], RunLinear(session, 0, 0, 0));
    }

    [Fact]
    public void Runs_a_model_given_as_a_file_whose_name_is_not_ascii()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("grpo").FullName, "modèle-模型.onnx");
        File.WriteAllBytes(path, TestModels.Linear);
        using var session = new InferenceSession(path, _options);
        Assert.Equal([19f, 32f], RunLinear(session, 1, 1, 1));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Metadata_is_in_the_models_own_order()
    {
        using var session = new InferenceSession(TestModels.SumAndDifference, _options);
        Assert.Equal(["right", "left"], session.InputNames);
        Assert.Equal(["sum", "difference"], session.OutputNames);
        Assert.Equal(session.InputNames, session.InputMetadata.Keys);
        Assert.Equal(session.OutputNames, session.OutputMetadata.Keys);
        var right = session.InputMetadata["right"];
        Assert.Equal(TensorElementType.Int64, right.ElementType);
        Assert.Equal([-1, -1, 4], right.Dimensions);
        Assert.Equal(["batch", "time", ""], right.SymbolicDimensions);
    }

    [Fact]
    public void Outputs_come_in_the_order_asked_for_and_outlive_the_session()
    {
        OrtValue[] outputs;
        using (var session = new InferenceSession(TestModels.SumAndDifference, _options))
        {
            using var left = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, [1, 1, 4]);
            using var right = OrtValue.CreateAllocatedTensor(TensorElementType.Int64, [1, 1, 4]);
            left.GetTensorMutableDataAsSpan<long>().Fill(7);
            right.GetTensorMutableDataAsSpan<long>().Fill(2);
            outputs = session.Run(null, ["left", "right"], [left, right], ["difference", "sum"]);
        }

        Assert.Equal([5, 5, 5, 5], outputs[0].GetTensorDataAsSpan<long>().ToArray());
        Assert.Equal([9, 9, 9, 9], outputs[1].GetTensorDataAsSpan<long>().ToArray());
        Assert.Equal([1, 1, 4], outputs[0].Shape);
        Array.ForEach(outputs, static output => output.Dispose());
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_it()
    {
        var error = Assert.Throws<OnnxRuntimeException>(() => new InferenceSession("/nowhere/model.onnx", _options));
        Assert.Equal(OrtErrorCode.NoSuchFile, error.Code);
        Assert.Contains("/nowhere/model.onnx", error.Message);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_an_error() =>
        Assert.Equal(
            OrtErrorCode.InvalidProtobuf,
            Assert.Throws<OnnxRuntimeException>(() => new InferenceSession("not a model"u8, _options)).Code);

    [Fact]
    public void An_unknown_input_name_is_an_error_that_names_it()
    {
        using var session = new InferenceSession(TestModels.Linear, _options);
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        var error = Assert.Throws<OnnxRuntimeException>(() => session.Run(null, ["z"], [x], ["y"]));
        Assert.Equal(OrtErrorCode.InvalidArgument, error.Code);
        Assert.Contains("z", error.Message);
    }

    [Fact]
    public void An_unknown_output_name_is_an_error()
    {
        using var session = new InferenceSession(TestModels.Linear, _options);
        using var x = Tensors.Of([1, 3], 1, 1, 1);
        Assert.Contains("logits", Assert.Throws<OnnxRuntimeException>(() => session.Run(null, ["x"], [x], ["logits"])).Message);
    }

    [Fact]
    public void A_wrong_shape_is_an_error_that_says_what_was_expected()
    {
        using var session = new InferenceSession(TestModels.Linear, _options);
        using var x = Tensors.Of([1, 4], 1, 1, 1, 1);
        var error = Assert.Throws<OnnxRuntimeException>(() => session.Run(null, ["x"], [x], ["y"]));
        Assert.Contains("Got: 4 Expected: 3", error.Message);
    }

    [Fact]
    public void A_wrong_element_type_is_an_error()
    {
        using var session = new InferenceSession(TestModels.Linear, _options);
        using var x = OrtValue.CreateAllocatedTensor(TensorElementType.Double, [1, 3]);
        Assert.Contains("float", Assert.Throws<OnnxRuntimeException>(() => session.Run(null, ["x"], [x], ["y"])).Message);
    }

    [Fact]
    public void Different_numbers_of_names_and_values_are_refused()
    {
        using var session = new InferenceSession(TestModels.Linear, _options);
        Assert.Throws<ArgumentException>(() => session.Run(null, ["x"], [], ["y"]));
    }

    [Fact]
    public void A_disposed_session_or_input_is_refused()
    {
        var session = new InferenceSession(TestModels.Linear, _options);
        var x = Tensors.Of([1, 3], 1, 1, 1);
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Run(null, ["x"], [x], ["y"]));
        session.Dispose();
        using var good = Tensors.Of([1, 3], 1, 1, 1);
        Assert.Throws<ObjectDisposedException>(() => session.Run(null, ["x"], [good], ["y"]));
    }

    private static float[] RunLinear(InferenceSession session, params ReadOnlySpan<float> x)
    {
        using var input = Tensors.Of([1, 3], x);
        using var output = session.Run(null, ["x"], [input], ["y"])[0];
        return output.Floats();
    }
}
