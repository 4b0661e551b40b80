using GrpoApi.Features.Advantages;
using GrpoApi.Features.Compat;
using GrpoApi.Features.Curations;
using GrpoApi.Features.Datasets;
using GrpoApi.Features.Evaluations;
using GrpoApi.Features.Explorer;
using GrpoApi.Features.ImportanceWeights;
using GrpoApi.Features.Jobs;
using GrpoApi.Features.Kl;
using GrpoApi.Features.Logprobs;
using GrpoApi.Features.Loss;
using GrpoApi.Features.Policies;
using GrpoApi.Features.Rewards;
using GrpoApi.Features.Rollouts;
using GrpoApi.Features.Service;
using GrpoApi.Http;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddTopLevelSettings();

builder.Services.AddLimits();
builder.Services.AddJsonConventions();
builder.Services.AddProblems();
builder.Services.AddApiKeys();
builder.Services.AddGrpoOpenApi();
builder.Services.AddExplorer();
builder.Services.AddPolicies();
builder.Services.AddRolloutRequests();
builder.Services.AddLogprobsRequests();
builder.Services.AddRewardRequests();
builder.Services.AddAdvantageRequests();
builder.Services.AddLossRequests();
builder.Services.AddKlRequests();
builder.Services.AddImportanceWeightRequests();
builder.Services.AddPolicyRequests();
builder.Services.AddJobs();
builder.Services.AddEvaluationRequests();
builder.Services.AddCurationRequests();
builder.Services.AddCompat();
builder.Services.AddTelemetry();

var app = builder.Build();
app.UseProblems();
app.UseAuthentication();
app.UseAuthorization();
app.UseForegroundTraffic();
app.MapGrpoOpenApi();
app.MapExplorer();

var v1 = app.MapGroup("/v1").RequireAuthorization().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status500InternalServerError);
v1.MapRollouts();
v1.MapLogprobs();
v1.MapRewards();
v1.MapAdvantages();
v1.MapLoss();
v1.MapKl();
v1.MapImportanceWeights();
v1.MapPolicies();
v1.MapEvaluations();
v1.MapCurations();
v1.MapDatasets();
app.MapCompat();
app.MapService();
app.MapMetrics();

app.Run();

/// <summary>The entry point, named for the tests.</summary>
public partial class Program;
